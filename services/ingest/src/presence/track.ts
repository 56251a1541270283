import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import type { CursorStore, PresenceCursor } from '../cursor.ts';
import { entriesOf } from '../entries-of.ts';
import { plausibleTime } from '../json.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { createTally } from '../senses/tally.ts';
import type { Shipper } from '../ship.ts';
import type { Locate } from '../transcript/parse.ts';
import { howContinued } from './continued.ts';
import { createLivenessProbe, type LivenessProbe } from './liveness.ts';
import {
  exitEvent,
  inItsOwnWords,
  isOfSession,
  isStarting,
  lastSaidAt,
  type PresenceContext,
  type PresenceRecord,
  pidOfPresenceFile,
  presenceEvents,
  processKey,
} from './parse.ts';
import { createPresenceReader } from './read.ts';

/** Follows the presence files of one claude folder. */
export interface PresenceTracker {
  /** Something happened to this file of `sessions/`. Names of other files are ignored. */
  check(name: string): Promise<void>;
  /** Looks at all files, and at those that are gone. */
  sweep(): Promise<void>;
  /** Tells of processes that died and left their file behind. */
  checkLiveness(): void;
  /** From now on, processes that were gone before this agent started are told too, at the session's last sign. */
  settle(lastSignOf: (sessionId: string) => number): void;
  /** Tells again where the live processes of some sessions are, and what they do. */
  tellAgain(sessionIds: ReadonlySet<string>): void;
  /** Sessions whose process lives, as far as is known; `undefined` where no client keeps a presence at all. */
  liveSessions(): Set<string> | undefined;
  readonly stats: PresenceStats;
}

/** How well presence can be read. */
export interface PresenceStats {
  isKept: boolean;
  live: number;
  /** Files that stayed unreadable when they were looked at last. */
  unreadable: number;
  /** Words for a status that nobody here knows, each with how often it was begun with. */
  unknownStatuses: ReadonlyMap<string, number>;
  /** Live sessions by the client's version. */
  clientVersions: ReadonlyMap<string, number>;
}

export interface PresenceTrackerDeps {
  claudeDir: string;
  machine: string;
  owner: string | null;
  maxAgeMs: number;
  locate: Locate;
  cursors: CursorStore;
  shipper: Pick<Shipper, 'offer'>;
  logger: Logger;
  now: () => number;
  liveness?: LivenessProbe;
}

interface Tracked extends PresenceCursor {
  /** This agent saw it alive. */
  wasAlive: boolean;
}

export const createPresenceTracker = (deps: PresenceTrackerDeps): PresenceTracker => {
  const { machine, owner, locate, cursors, shipper, logger, now, maxAgeMs } = deps;
  const liveness = deps.liveness ?? createLivenessProbe();
  const folder = join(deps.claudeDir, 'sessions');
  const tracked = new Map<string, Tracked>();
  for (const [name, cursor] of cursors.presence) tracked.set(name, { ...cursor, wasAlive: false });
  const reader = createPresenceReader(folder);
  /** Files that do not say yet what their client does: looked at again without a sign. */
  const unsaid = new Set<string>();
  let isKept = false;
  let lastSignOf: ((sessionId: string) => number) | undefined;

  const exit = (name: string, entry: Tracked, how: 'clean' | 'crashed'): void => {
    const observedAt = now();
    const { record } = entry;
    entry.hasExited = true;
    const isOld = observedAt - lastSaidAt(record) > maxAgeMs && !entry.wasAlive;
    // What happened before this agent looked is told at the session's last sign, not at today's time.
    const seenAt = lastSignOf?.(record.sessionId) ?? 0;
    const wasEverHeardOf = entry.lastPosition >= 0 || record.status !== null || seenAt > 0;
    const at = entry.wasAlive ? observedAt : Math.max(plausibleTime(lastSaidAt(record), observedAt), seenAt);
    const told = entry.wasAlive || how === 'crashed' ? how : 'unseen';
    const event = exitEvent(record, told, at, { machine, observedAt, lastPosition: entry.lastPosition });
    entry.lastPosition = event.position;
    shipper.offer(isOld || !wasEverHeardOf ? [] : [event], () => {
      cursors.ended.set(record.sessionId, observedAt);
      save(name, entry);
    });
  };

  const save = (name: string, entry: Tracked): void => {
    const { record, lastPosition, hasExited } = entry;
    if (tracked.get(name) === entry) cursors.presence.set(name, { record, lastPosition, hasExited });
    else if (!tracked.has(name)) cursors.presence.delete(name);
    cursors.touch();
  };

  const gone = (name: string): void => {
    unsaid.delete(name);
    const entry = tracked.get(name);
    if (!entry) return;
    if (!entry.hasExited) {
      if (!entry.wasAlive && !lastSignOf) return;
      tracked.delete(name);
      exit(name, entry, 'clean');
      return;
    }
    tracked.delete(name);
    save(name, entry);
  };

  const present = async (name: string, record: PresenceRecord): Promise<void> => {
    if (!isOfSession(record)) return;
    await liveness.verify(record);
    let known = tracked.get(name);
    if (known && processKey(known.record) !== processKey(record)) {
      // The pid was used again: the process that had it left its file behind.
      if (!known.hasExited) exit(name, known, 'crashed');
      known = undefined;
    }
    unsaid.delete(name);
    if (liveness.of(record) === 'dead') {
      if (known?.hasExited) return;
      const entry: Tracked = known
        ? Object.assign(known, { record })
        : { record, lastPosition: -1, hasExited: false, wasAlive: false };
      tracked.set(name, entry);
      if (entry.wasAlive || lastSignOf) exit(name, entry, 'crashed');
      return;
    }
    const observedAt = now();
    if (!known && isStarting(record, observedAt)) {
      unsaid.add(name);
      return;
    }
    const previous = known?.hasExited ? undefined : known?.record;
    const context: PresenceContext = {
      machine,
      owner,
      locate,
      observedAt,
      lastPosition: known?.lastPosition ?? -1,
      howContinued: (left, { sessionId }) => howContinued(deps.claudeDir, sessionId, lastSaidAt(left)),
    };
    const { events, lastPosition } = presenceEvents(previous, record, context);
    const told = inItsOwnWords(previous, record);
    if (told !== record) unsaid.add(name);
    const entry: Tracked = { record: told, lastPosition, hasExited: false, wasAlive: true };
    if (known && events.length === 0) {
      // The same one: what was told of it may still be on its way, and is saved when it has arrived.
      Object.assign(known, entry);
      return;
    }
    tracked.set(name, entry);
    if (events.length === 0) return;
    shipper.offer(events, () => {
      if (previous && previous.sessionId !== record.sessionId) cursors.ended.set(previous.sessionId, observedAt);
      cursors.ended.delete(record.sessionId);
      save(name, entry);
    });
  };

  const live = (): PresenceRecord[] =>
    [...tracked.values()].flatMap((entry) => (entry.hasExited ? [] : [entry.record]));

  const look = async (name: string): Promise<void> => {
    const pid = pidOfPresenceFile(name);
    if (pid === undefined) return;
    try {
      const found = await reader.read(name, pid);
      if (found === 'gone') gone(name);
      else if (found) await present(name, found);
      else logger.debug({ name }, 'a presence file cannot be read yet');
    } catch (error) {
      logger.warn({ err: error, name }, 'a presence file cannot be opened');
    }
  };

  const check = createOneAtATime(look);

  return {
    check,
    async sweep() {
      const entries = entriesOf(folder);
      isKept = entries !== undefined;
      const files = (entries ?? []).filter((entry) => entry.isFile()).map((entry) => entry.name);
      await Promise.all([...new Set([...files, ...tracked.keys()])].map(check));
    },
    checkLiveness() {
      for (const [name, entry] of tracked) {
        if (!entry.hasExited && entry.wasAlive && liveness.of(entry.record) === 'dead') void check(name);
      }
      for (const name of unsaid) void check(name);
    },
    settle(lastSign) {
      lastSignOf = lastSign;
      for (const [name, entry] of tracked) if (!entry.hasExited && !entry.wasAlive) void check(name);
    },
    tellAgain(sessionIds) {
      for (const [name, entry] of tracked) {
        if (entry.hasExited || !entry.wasAlive || !sessionIds.has(entry.record.sessionId)) continue;
        const context = { machine, owner, locate, observedAt: now(), lastPosition: entry.lastPosition };
        const { events, lastPosition } = presenceEvents(undefined, entry.record, context);
        entry.lastPosition = lastPosition;
        shipper.offer(events, () => save(name, entry));
      }
    },
    liveSessions: () => (isKept ? new Set(live().map(({ sessionId }) => sessionId)) : undefined),
    get stats() {
      const records = live();
      const versions = createTally();
      for (const { version } of records) versions.count(version ?? 'unknown');
      return {
        isKept,
        live: records.length,
        unreadable: reader.unreadable,
        unknownStatuses: reader.unknownStatuses,
        clientVersions: versions.counts,
      };
    },
  };
};
