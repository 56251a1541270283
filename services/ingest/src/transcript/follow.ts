import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { type CursorStore, type FileCursor, isMissing } from '../cursor.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { SeenSession } from '../presence/unseen.ts';
import { createTally } from '../senses/tally.ts';
import type { Shipper } from '../ship.ts';
import { type FoundTranscript, findTranscripts, inspect, type TranscriptFile, transcriptFileOf } from './find.ts';
import { createForks } from './forks.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { Line } from './lines.ts';
import { type OpenTranscript, readSmall, withTranscript } from './open.ts';
import type { Locate, ParsedLine } from './parse.ts';
import { createTranscriptReader, type ReadStep, type TranscriptReader } from './reader.ts';
import { metaPathOf, parseSubagentMeta, transcriptPathOf } from './subagent.ts';
import { createToldMessages } from './told-messages.ts';

/** Follows all transcripts of one claude folder and ships what they tell. */
export interface TranscriptFollower {
  /** Something may have happened at this path, relative to the claude folder: it is looked at before all others. */
  hint(path: string): void;
  /** The same where nothing new is likely: one `stat` tells. */
  glance(path: string): void;
  /** Looks at every transcript below a folder, all of them by default. Returns the folders that they may stand in. */
  sweep(folder?: string): Promise<string[]>;
  /** Reads and ships until the signal aborts, then rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when everything found by a sweep has been read and accepted; `history` only with the long files' middles. */
  settled(what: 'found' | 'history'): Promise<void>;
  sessions(): Iterable<SeenSession>;
  lastSignOf(sessionId: string): number;
  readonly backlogBytes: number;
  readonly fileCount: number;
  /** Types of entries that nothing here knows, each with how often one was read: the first fifty of them. */
  readonly unknownTypes: ReadonlyMap<string, number>;
  /** When a transcript was read last, in ms since 1970. */
  readonly lastReadAt: number | null;
}

export interface TranscriptFollowerDeps {
  claudeDir: string;
  machine: string;
  owner: string | null;
  maxAgeMs: number;
  locate: Locate;
  cursors: CursorStore;
  shipper: Pick<Shipper, 'offer' | 'room' | 'accepted'>;
  deadLetters: DeadLetters;
  metrics: IngestMetrics;
  logger: Logger;
  now: () => number;
}

interface Followed {
  name: TranscriptFile;
  reader: TranscriptReader;
  sizeBytes: number;
}

/** How long the cursor of a file that is gone is kept: it may have been moved, or come back. */
const KEEP_MISSING_MS = 24 * 60 * 60_000;

/** What is noted of a subagent takes a few hundred bytes. */
const META_BYTES = 16 * 1024;
/** Its end is noted beside its transcript, which does not grow by that: it is looked at with every sweep for so long. */
const AGENT_WATCHED_MS = 15 * 60_000;

export const createTranscriptFollower = (deps: TranscriptFollowerDeps): TranscriptFollower => {
  const { claudeDir, maxAgeMs, cursors, shipper, logger, metrics, now } = deps;
  const followed = new Map<string, Followed>();
  const failed = new Map<string, string>();
  const forks = createForks(claudeDir);
  const toldMessages = createToldMessages();
  const unknownTypes = createTally();
  let lastReadAt: number | null = null;
  const pathByIdentity = new Map([...cursors.files].map(([path, { identity }]) => [identity, path]));

  const onLine = (path: string, { start, end }: Line, { events, problem, unknownType }: ParsedLine): void => {
    if (problem) {
      metrics.line('unreadable');
      metrics.deadLetter();
      deps.deadLetters.add({ file: path, offset: start, length: end - start, reason: problem });
    } else if (unknownType !== undefined) {
      metrics.line('unknown');
      unknownTypes.count(unknownType);
      logger.debug({ path, type: unknownType.slice(0, 100) }, 'an entry of an unknown type');
    } else metrics.line(events.length > 0 ? 'read' : 'silent');
  };

  const cursorOf = (file: TranscriptFile, identity: string): FileCursor | undefined => {
    const own = cursors.files.get(file.path);
    if (own) return own;
    // A client that changes its folder moves the file: it goes on under its first name.
    const path = pathByIdentity.get(identity) ?? '';
    const other = transcriptFileOf(path);
    if (other?.sessionId !== file.sessionId || other.agentId !== file.agentId) return undefined;
    return inspect(claudeDir, other)?.identity === identity ? undefined : cursors.files.get(path);
  };

  const follow = (name: TranscriptFile, file: OpenTranscript): Followed => {
    const known = followed.get(name.path);
    if (known) {
      known.sizeBytes = file.sizeBytes;
      return known;
    }
    forks.see([{ ...name, ...file }], false);
    const reader = createTranscriptReader({
      ...deps,
      name,
      cursor: cursorOf(name, file.identity),
      lineageOf: forks.lineageOf,
      metaOf: () => parseSubagentMeta(readSmall(join(claudeDir, metaPathOf(name.path)), META_BYTES) ?? ''),
      toldMessages,
      onLine: (line, parsed) => onLine(name.path, line, parsed),
    });
    const entry = { name, reader, sizeBytes: file.sizeBytes };
    followed.set(name.path, entry);
    return entry;
  };

  const ship = (path: string, steps: readonly ReadStep[]): void => {
    for (const { events, cursor } of steps) {
      shipper.offer(events, () => {
        cursors.files.set(path, cursor);
        pathByIdentity.set(cursor.identity, path);
        cursors.touch();
      });
    }
  };

  const read = async (path: string, buffer: Buffer): Promise<'more' | 'done'> => {
    const name = transcriptFileOf(path);
    if (!name) return 'done';
    return withTranscript(join(claudeDir, path), buffer, async (file) => {
      const entry = follow(name, file);
      lastReadAt = now();
      const { steps, hasMore } = await entry.reader.read(file, lastReadAt);
      ship(path, steps);
      if (entry.reader.hasHistory && !hasMore) lanes.add('history', path);
      return hasMore ? 'more' : 'done';
    });
  };

  const readHistory = async (path: string, buffer: Buffer): Promise<'more' | 'done'> => {
    const reader = followed.get(path)?.reader;
    if (!reader?.hasHistory) return 'done';
    const steps = await withTranscript(join(claudeDir, path), buffer, (file) => reader.readHistory(file, now()));
    if (steps) ship(path, steps);
    else lanes.add('hinted', path);
    return steps && reader.hasHistory ? 'more' : 'done';
  };

  const lost = (path: string, error: unknown): void => {
    lanes.remove('history', path);
    if (isMissing(error)) {
      followed.delete(path);
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    if (failed.get(path) !== reason) logger.warn({ err: error, path }, 'a transcript cannot be read');
    failed.set(path, reason);
  };

  const lanes: Lanes = createLanes({
    room: shipper.room,
    work: async (urgency, path, buffer) => {
      try {
        return urgency === 'history' ? await readHistory(path, buffer) : await read(path, buffer);
      } catch (error) {
        lost(path, error);
        return 'done';
      }
    },
  });

  const isDue = (file: FoundTranscript): boolean => {
    const known = followed.get(file.path)?.reader;
    if (known?.identity !== undefined) {
      const isAgentWatched = known.isAgentAtWork && now() - known.lastSignAt < AGENT_WATCHED_MS;
      return known.identity !== file.identity || known.readTo !== file.sizeBytes || isAgentWatched;
    }
    return now() - file.modifiedAt <= maxAgeMs;
  };

  /** Cursors of files that are gone are kept for a while, and then forgotten. */
  const forgetMissing = (there: ReadonlySet<string>): void => {
    for (const [path, cursor] of cursors.files) {
      if (there.has(path)) continue;
      if (cursor.missingSince === null) cursors.files.set(path, { ...cursor, missingSince: now() });
      else if (now() - cursor.missingSince < KEEP_MISSING_MS) continue;
      else {
        cursors.files.delete(path);
        if (pathByIdentity.get(cursor.identity) === path) pathByIdentity.delete(cursor.identity);
      }
      cursors.touch();
    }
  };

  return {
    hint(path) {
      if (transcriptFileOf(path)) lanes.add('hinted', path);
    },
    glance(path) {
      const name = transcriptFileOf(path);
      const file = name && inspect(claudeDir, name);
      if (file && isDue(file)) lanes.add('hinted', path);
    },
    async sweep(folder) {
      // What a watcher takes for a folder below `subagents/` may be the note beside a transcript.
      const noted = folder && transcriptPathOf(folder);
      if (noted) {
        if (followed.has(noted)) lanes.add('hinted', noted);
        return [];
      }
      const { files, folders } = await findTranscripts(claudeDir, folder);
      forks.see(files, folder === undefined);
      files.sort((a, b) => b.modifiedAt - a.modifiedAt);
      for (const file of files) {
        if (!isDue(file)) continue;
        const entry = followed.get(file.path);
        if (entry) entry.sizeBytes = file.sizeBytes;
        if (!lanes.has('hinted', file.path)) lanes.add('found', file.path);
      }
      if (folder === undefined) {
        const there = new Set(files.map(({ path }) => path));
        for (const path of followed.keys()) if (!there.has(path)) lanes.add('found', path);
        forgetMissing(there);
      }
      return folders;
    },
    run: lanes.run,
    async settled(what) {
      await lanes.settled(what);
      await shipper.accepted();
    },
    *sessions() {
      const bySession = new Map<string, SeenSession>();
      for (const { name, reader } of followed.values()) {
        const { sessionId } = name;
        const { lastSignAt, clientVersion } = reader;
        const before = bySession.get(sessionId);
        bySession.set(sessionId, {
          sessionId,
          clientVersion: clientVersion ?? before?.clientVersion ?? null,
          lastSignAt: Math.max(lastSignAt, before?.lastSignAt ?? 0),
        });
      }
      yield* bySession.values();
    },
    lastSignOf(sessionId) {
      let last = 0;
      for (const { name, reader } of followed.values()) {
        if (name.sessionId === sessionId) last = Math.max(last, reader.lastSignAt);
      }
      return last;
    },
    get backlogBytes() {
      let bytes = 0;
      for (const { reader, sizeBytes } of followed.values()) {
        bytes += Math.max(0, sizeBytes - reader.readTo) + reader.historyBytes;
      }
      return bytes;
    },
    get fileCount() {
      return followed.size;
    },
    unknownTypes: unknownTypes.counts,
    get lastReadAt() {
      return lastReadAt;
    },
  };
};
