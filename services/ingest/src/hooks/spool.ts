import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@crewboard/runtime';
import type { DeadLetters } from '../dead-letters.ts';
import { createFolderWatches, type FolderWatches } from '../folders.ts';
import { plausibleTime } from '../json.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import type { Shipper } from '../ship.ts';
import type { Locate } from '../transcript/place.ts';
import { createHookParser } from './parse.ts';
import { isWhole, PAYLOAD_BYTES } from './payload.ts';
import { createHookPositions } from './positions.ts';
import {
  type ClaimedPayload,
  claimedName,
  createSpoolFolder,
  type SpooledPayload,
  type WaitingPayload,
} from './spool-folder.ts';

/** Reads what the hook command leaves in `<dataDir>/spool`, one file for each payload, and ships it. */
export interface HookSpool {
  /**
   * Watches and reads until the signal aborts, then resolves. Rejects when the shipper has ended. What was not accepted by
   * then is told again by the next life, under the same positions.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Claims all payloads that are there and hands them to the shipper; waits while that has no room. Never rejects. */
  sweep(): Promise<void>;
  readonly stats: HookStats;
}

export interface HookStats {
  /** When the last payload was written, in ms since 1970; `null` before the first of this life. */
  readonly heardAt: number | null;
  /** Payloads that were read. */
  readonly heard: number;
  readonly unreadable: number;
  /** Payloads that lie in the spool: not claimed yet, or not accepted yet. */
  readonly waiting: number;
  /** Names of events that nothing is known of, with how often each came. Not all, where there are many. */
  readonly unknownNames: ReadonlyMap<string, number>;
}

export interface HookSpoolDeps {
  /** The data folder. Made where it is missing. */
  dataDir: string;
  /** The data folder that the stream is named after, where this one is a copy. Default: `dataDir`. */
  namedAfter?: string;
  machine: string;
  owner: string | null;
  locate: Locate;
  shipper: Pick<Shipper, 'offer' | 'room'>;
  deadLetters: Pick<DeadLetters, 'add'>;
  logger: Logger;
  /** Ms since 1970. */
  now: () => number;
  /** So much is claimed for a board that takes nothing; the rest stays in the spool, which hooks keep small. */
  mostHeldBytes?: number;
}

const SPOOL = 'spool';
const SWEEP_MS = 2_000;
/** A payload that does not end yet is being written for so long, then it was cut short. */
const WRITING_MS = 1_000;
/** Payloads of a backlog that are read before others have their turn. */
const AT_ONCE = 32;
const UNKNOWN_NAMES = 100;
/** Days of hooks, for a board that is away. */
const MOST_HELD_BYTES = 128 * 1024 * 1024;

export const createHookSpool = (deps: HookSpoolDeps): HookSpool => {
  const { machine, owner, locate, shipper, deadLetters, logger, now, mostHeldBytes = MOST_HELD_BYTES } = deps;
  const dataDir = resolve(deps.dataDir);
  const folder = createSpoolFolder(join(dataDir, SPOOL), join(dataDir, 'agent', 'hooks'), logger, now);
  const positions = createHookPositions({ path: join(dataDir, 'agent', 'hook-positions.json'), logger, now });
  const parser = createHookParser({
    machine,
    owner,
    stream: streamOf(deps.namedAfter === undefined ? dataDir : resolve(deps.namedAfter)),
    locate,
  });
  /** Claimed and not accepted yet, by name, in the order of their positions. */
  const held = new Map<string, ClaimedPayload>();
  let heldBytes = 0;
  /** Claimed files that the shipper has, and those that were accepted and could not be removed. */
  const offered = new Set<string>();
  const accepted = new Set<string>();
  const unknownNames = new Map<string, number>();
  const stats = { heardAt: null as number | null, heard: 0, unreadable: 0, unclaimed: 0 };
  let watches: FolderWatches | undefined;
  let lookAgain: NodeJS.Timeout | undefined;
  let hasResumed = false;
  let isFull = false;
  /** The shipper has ended. */
  let failure: { error: unknown } | undefined;
  let pause = new AbortController();

  const hold = (payload: ClaimedPayload): void => {
    held.set(payload.name, payload);
    heldBytes += payload.sizeBytes;
  };

  const letGo = (name: string): void => {
    heldBytes -= held.get(name)?.sizeBytes ?? 0;
    held.delete(name);
    offered.delete(name);
  };

  const done = (name: string): void => {
    if (!folder.remove(name)) {
      accepted.add(name);
      return;
    }
    accepted.delete(name);
    letGo(name);
  };

  const unreadable = (offset: number, length: number, reason: string): void => {
    stats.unreadable++;
    deadLetters.add({ file: SPOOL, offset, length, reason });
  };

  const tell = (name: string, position: number, { bytes, sizeBytes, writtenAt }: SpooledPayload): void => {
    const occurredAt = plausibleTime(writtenAt, now()) || now();
    const { events, problem, unknownName } = parser.payload(bytes, position, occurredAt);
    if (problem !== undefined) unreadable(position, sizeBytes, problem);
    else {
      stats.heard++;
      stats.heardAt = Math.max(stats.heardAt ?? 0, occurredAt);
    }
    if (unknownName !== undefined) countUnknown(unknownName);
    if (events.length === 0) {
      done(name);
      return;
    }
    offered.add(name);
    shipper.offer(events, () => done(name));
  };

  const countUnknown = (name: string): void => {
    if (!unknownNames.has(name) && unknownNames.size >= UNKNOWN_NAMES) return;
    unknownNames.set(name, (unknownNames.get(name) ?? 0) + 1);
  };

  const offer = ({ name, position }: ClaimedPayload): void => {
    if (accepted.has(name)) {
      done(name);
      return;
    }
    const found = folder.read(name);
    if (found && 'bytes' in found) tell(name, position, found);
    else if (found) {
      unreadable(position, 0, found.problem);
      done(name);
    } else if (!folder.isClaimed(position)) letGo(name);
  };

  const claim = (payload: WaitingPayload): void => {
    const { name, sizeBytes } = payload;
    if (isBeingWritten(payload)) {
      if (watches) lookAgain ??= setTimeout(onWritten, WRITING_MS);
      return;
    }
    let position = positions.next();
    while (folder.isClaimed(position)) position = positions.next();
    if (folder.claim(name, position)) hold({ name: claimedName(position), position, sizeBytes });
  };

  const onWritten = (): void => {
    lookAgain = undefined;
    look();
  };

  /** On either side: a clock that stepped back must not hold a payload. */
  const isBeingWritten = ({ name, sizeBytes, writtenAt }: WaitingPayload): boolean => {
    if (sizeBytes > PAYLOAD_BYTES || Math.abs(now() - writtenAt) >= WRITING_MS) return false;
    const found = folder.read(name);
    return found !== undefined && 'bytes' in found && !isWhole(found.bytes);
  };

  /** What a former life claimed and did not see accepted goes first. */
  const resume = (): void => {
    for (const payload of folder.claimed()) {
      positions.given(payload.position);
      hold(payload);
    }
    hasResumed = true;
  };

  /** Waits for nobody: while the board takes nothing, payloads are kept here, and the hooks' own folder stays free. */
  const claimAll = async (): Promise<void> => {
    if (!folder.ensure()) return;
    watches?.check(SPOOL);
    watches?.cover([SPOOL]);
    if (!hasResumed) resume();
    const waiting = folder.waiting();
    stats.unclaimed = waiting.length;
    let claimed = 0;
    for (const payload of waiting) {
      if (heldBytes + payload.sizeBytes > mostHeldBytes) break;
      claimed++;
      if (claimed % AT_ONCE === 0) await nextTurn();
      claim(payload);
      stats.unclaimed--;
    }
    noteFull(claimed < waiting.length);
  };

  const noteFull = (isNow: boolean): void => {
    if (isNow && !isFull) {
      logger.warn(
        { heldBytes, waiting: held.size },
        'the board takes nothing, and as many hooks wait for it as are kept: some more wait in the spool, then hooks are dropped. ' +
          'What the transcripts tell is not lost',
      );
    }
    isFull = isNow;
  };

  const offerAll = async (): Promise<void> => {
    let turns = 0;
    for (const payload of held.values()) {
      if (offered.has(payload.name)) continue;
      turns++;
      if (turns % AT_ONCE === 0) await nextTurn();
      await shipper.room();
      offer(payload);
    }
  };

  const claims = createOneAtATime(claimAll);
  const offers = createOneAtATime(async () => {
    try {
      await offerAll();
    } catch (error) {
      failure = { error };
      pause.abort();
    }
  });
  const look = (): void => {
    void claims(SPOOL).then(() => offers(SPOOL));
  };

  const onEntry = (_folder: string, name: string): void => {
    // The folder itself went away: what comes in its place has to be watched anew, even under the same inode.
    if (name === SPOOL) watches?.keepOnly(new Set());
    else if (!name.endsWith('.json')) return;
    look();
  };

  return {
    sweep: async () => {
      await claims(SPOOL);
      await offers(SPOOL);
    },
    async run(signal) {
      watches = createFolderWatches({ root: dataDir, logger, onEntry });
      const stop = (): void => pause.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        while (!signal.aborted) {
          pause = new AbortController();
          look();
          await sleep(SWEEP_MS, undefined, { signal: pause.signal }).catch(() => undefined);
          if (failure && !signal.aborted) throw failure.error;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        clearTimeout(lookAgain);
        watches.close();
        watches = undefined;
      }
    },
    get stats() {
      const { heardAt, heard, unreadable: failed, unclaimed } = stats;
      return { heardAt, heard, unreadable: failed, waiting: unclaimed + held.size, unknownNames };
    },
  };
};

/** Positions rise within one spool, so each has a stream of its own. */
const streamOf = (dataDir: string): string =>
  `hooks:${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
