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
import { claimedName, createSpoolFolder, type SpooledPayload } from './spool-folder.ts';

/** Reads what the hook command leaves in `<dataDir>/spool`, one file for each payload, and ships it. */
export interface HookSpool {
  /**
   * Watches and reads until the signal aborts, then resolves. Rejects when the shipper has ended. What was not accepted by
   * then is told again by the next life, under the same positions.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Hands all payloads that are there to the shipper; waits while that has no room. Never rejects. */
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
}

const SPOOL = 'spool';
const SWEEP_MS = 2_000;
/** A payload that does not end yet is being written for so long, then it was cut short. */
const WRITING_MS = 1_000;
/** Payloads of a backlog that are read before others have their turn. */
const AT_ONCE = 32;
const UNKNOWN_NAMES = 100;

export const createHookSpool = (deps: HookSpoolDeps): HookSpool => {
  const { machine, owner, locate, shipper, deadLetters, logger, now } = deps;
  const dataDir = resolve(deps.dataDir);
  const folder = createSpoolFolder(join(dataDir, SPOOL), logger, now);
  const positions = createHookPositions({ path: join(dataDir, 'agent', 'hook-positions.json'), logger, now });
  const parser = createHookParser({
    machine,
    owner,
    stream: streamOf(deps.namedAfter === undefined ? dataDir : resolve(deps.namedAfter)),
    locate,
  });
  /** Claimed files that the shipper has, and those that were accepted and could not be removed. */
  const offered = new Set<string>();
  const accepted = new Set<string>();
  const unknownNames = new Map<string, number>();
  const stats = { heardAt: null as number | null, heard: 0, unreadable: 0, unclaimed: 0 };
  let watches: FolderWatches | undefined;
  let lookAgain: NodeJS.Timeout | undefined;
  /** The shipper has ended. */
  let failure: { error: unknown } | undefined;

  const done = (name: string): void => {
    offered.delete(name);
    if (folder.remove(name)) accepted.delete(name);
    else accepted.add(name);
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

  /** What a former life claimed and did not see accepted. */
  const tellAgain = (name: string, position: number): void => {
    const found = accepted.has(name) ? undefined : folder.read(name);
    if (found && 'bytes' in found) {
      tell(name, position, found);
      return;
    }
    if (found) unreadable(position, 0, found.problem);
    if (found || accepted.has(name)) done(name);
  };

  const take = (name: string): void => {
    const found = folder.read(name);
    if (found === undefined) return;
    if ('problem' in found) {
      unreadable(0, 0, found.problem);
      folder.remove(name);
      return;
    }
    if (isBeingWritten(found)) {
      if (watches) lookAgain ??= setTimeout(onWritten, WRITING_MS);
      return;
    }
    let position = positions.next();
    while (folder.isClaimed(position)) position = positions.next();
    if (folder.claim(name, position)) tell(claimedName(position), position, found);
  };

  const onWritten = (): void => {
    lookAgain = undefined;
    void sweep();
  };

  /** On either side: a clock that stepped back must not hold a payload. */
  const isBeingWritten = ({ bytes, sizeBytes, writtenAt }: SpooledPayload): boolean =>
    sizeBytes <= PAYLOAD_BYTES && Math.abs(now() - writtenAt) < WRITING_MS && !isWhole(bytes);

  const look = async (): Promise<void> => {
    if (!folder.ensure()) return;
    watches?.check(SPOOL);
    watches?.cover([SPOOL]);
    const { claimed, waiting } = folder.list();
    stats.unclaimed = waiting.length;
    for (const { position } of claimed) positions.given(position);
    let taken = 0;
    const turn = async (): Promise<void> => {
      taken++;
      if (taken % AT_ONCE === 0) await nextTurn();
      await shipper.room();
    };
    for (const { name, position } of claimed) {
      if (offered.has(name)) continue;
      await turn();
      tellAgain(name, position);
    }
    for (const name of waiting) {
      await turn();
      take(name);
      stats.unclaimed--;
    }
  };

  const sweeps = createOneAtATime(async () => {
    try {
      await look();
    } catch (error) {
      failure = { error };
    }
  });
  const sweep = (): Promise<void> => sweeps(SPOOL);

  const onEntry = (_folder: string, name: string): void => {
    // The folder itself went away: what comes in its place has to be watched anew, even under the same inode.
    if (name === SPOOL) watches?.keepOnly(new Set());
    else if (!name.endsWith('.json')) return;
    void sweep();
  };

  return {
    sweep,
    async run(signal) {
      watches = createFolderWatches({ root: dataDir, logger, onEntry });
      try {
        for (;;) {
          await sweep();
          if (failure) throw failure.error;
          await sleep(SWEEP_MS, undefined, { signal });
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        clearTimeout(lookAgain);
        watches.close();
        watches = undefined;
      }
    },
    get stats() {
      const { heardAt, heard, unreadable: failed, unclaimed } = stats;
      return { heardAt, heard, unreadable: failed, waiting: unclaimed + offered.size, unknownNames };
    },
  };
};

/** Positions rise within one spool, so each has a stream of its own. */
const streamOf = (dataDir: string): string =>
  `hooks:${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
