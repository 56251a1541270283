import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { type CursorStore, type FileCursor, isMissing } from '../cursor.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { SeenSession } from '../presence/unseen.ts';
import type { Shipper } from '../ship.ts';
import { type FoundTranscript, findTranscripts, inspect, type TranscriptFile, transcriptFileOf } from './find.ts';
import type { Line } from './lines.ts';
import { CHUNK_BYTES, withTranscript } from './open.ts';
import type { Locate, ParsedLine } from './parse.ts';
import { createTranscriptReader, type ReadStep, type TranscriptReader } from './reader.ts';

/** Follows all transcripts of one claude folder and ships what they tell. One file is read at a time. */
export interface TranscriptFollower {
  /** Something may have happened at this path, relative to the claude folder: it is looked at before all others. */
  hint(path: string): void;
  /** The same where nothing new is likely: one `stat` tells. */
  glance(path: string): Promise<void>;
  /** Looks at every transcript below a folder, all of them by default. */
  sweep(folder?: string): Promise<void>;
  /** Reads and ships until the signal aborts, then rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when everything found by a sweep has been read and accepted; `history` only with the long files' middles. */
  settled(what: 'live' | 'history'): Promise<void>;
  sessions(): Iterable<SeenSession>;
  lastSignOf(sessionId: string): number;
  readonly backlogBytes: number;
  readonly fileCount: number;
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

export const createTranscriptFollower = (deps: TranscriptFollowerDeps): TranscriptFollower => {
  const { claudeDir, maxAgeMs, cursors, shipper, logger, metrics, now } = deps;
  const followed = new Map<string, Followed>();
  /** Paths to read, the first first. What the watcher named goes before what a sweep found. */
  const hinted = new Set<string>();
  const found = new Set<string>();
  const withHistory = new Set<string>();
  const failed = new Map<string, string>();
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const waiting = { live: new Set<() => void>(), history: new Set<() => void>() };
  let wake: () => void = () => undefined;

  const onLine = (path: string, { start, end }: Line, { events, problem, unknownType }: ParsedLine): void => {
    if (problem) {
      metrics.line('unreadable');
      metrics.deadLetter();
      deps.deadLetters.add({ file: path, offset: start, length: end - start, reason: problem });
    } else if (unknownType !== undefined) {
      metrics.line('unknown');
      logger.debug({ path, type: unknownType.slice(0, 100) }, 'an entry of an unknown type');
    } else metrics.line(events.length > 0 ? 'read' : 'silent');
  };

  const cursorOf = async (file: TranscriptFile, identity: string): Promise<FileCursor | undefined> => {
    const own = cursors.files.get(file.path);
    if (own) return own;
    // A client that changes its folder moves the file: it goes on under its first name.
    for (const [path, cursor] of cursors.files) {
      const other = cursor.identity === identity ? transcriptFileOf(path) : undefined;
      if (other?.sessionId !== file.sessionId || other.agentId !== file.agentId) continue;
      if ((await inspect(claudeDir, other))?.identity !== identity) return cursor;
    }
    return undefined;
  };

  const follow = async (name: TranscriptFile, file: { identity: string; sizeBytes: number }): Promise<Followed> => {
    const known = followed.get(name.path);
    if (known) {
      known.sizeBytes = file.sizeBytes;
      return known;
    }
    const reader = createTranscriptReader({
      ...deps,
      name,
      cursor: await cursorOf(name, file.identity),
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
        cursors.touch();
      });
    }
  };

  const read = async (path: string): Promise<'more' | 'done'> => {
    const name = transcriptFileOf(path);
    if (!name) return 'done';
    return withTranscript(join(claudeDir, path), buffer, async (file) => {
      const entry = await follow(name, file);
      const { steps, hasMore } = await entry.reader.read(file, now());
      ship(path, steps);
      if (entry.reader.hasHistory) withHistory.add(path);
      return hasMore ? 'more' : 'done';
    });
  };

  const readHistory = async (path: string): Promise<void> => {
    const entry = followed.get(path);
    const steps = entry?.reader.hasHistory
      ? await withTranscript(join(claudeDir, path), buffer, (file) => entry.reader.readHistory(file, now()))
      : undefined;
    if (steps) ship(path, steps);
    else if (entry) hinted.add(path);
    if (!steps || !entry?.reader.hasHistory) withHistory.delete(path);
  };

  const lost = (path: string, error: unknown): void => {
    withHistory.delete(path);
    if (isMissing(error)) {
      followed.delete(path);
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    if (failed.get(path) !== reason) logger.warn({ err: error, path }, 'a transcript cannot be read');
    failed.set(path, reason);
  };

  const take = (queue: Set<string>): string | undefined => {
    const first = queue.values().next().value;
    if (first !== undefined) queue.delete(first);
    return first;
  };

  /** Does the most urgent piece of work. False when there is none. */
  const step = async (): Promise<boolean> => {
    const queue = hinted.size > 0 ? hinted : found;
    const path = take(queue);
    if (path !== undefined) {
      try {
        if ((await read(path)) === 'more') queue.add(path);
      } catch (error) {
        lost(path, error);
      }
      return true;
    }
    settle('live');
    const unfinished = withHistory.values().next().value;
    if (unfinished === undefined) {
      settle('history');
      return false;
    }
    await readHistory(unfinished).catch((error: unknown) => lost(unfinished, error));
    return true;
  };

  const settle = (what: 'live' | 'history'): void => {
    for (const resolve of waiting[what]) resolve();
    waiting[what].clear();
  };

  const isDue = (file: FoundTranscript): boolean => {
    const known = followed.get(file.path)?.reader;
    if (known?.identity !== undefined) return known.identity !== file.identity || known.readTo !== file.sizeBytes;
    return now() - file.modifiedAt <= maxAgeMs;
  };

  /** Cursors of files that are gone are kept for a while, and then forgotten. */
  const forgetMissing = (there: ReadonlySet<string>): void => {
    for (const [path, cursor] of cursors.files) {
      if (there.has(path)) continue;
      if (cursor.missingSince === null) cursors.files.set(path, { ...cursor, missingSince: now() });
      else if (now() - cursor.missingSince < KEEP_MISSING_MS) continue;
      else cursors.files.delete(path);
      cursors.touch();
    }
  };

  return {
    hint(path) {
      if (!transcriptFileOf(path)) return;
      hinted.add(path);
      wake();
    },
    async glance(path) {
      const name = transcriptFileOf(path);
      const file = name && (await inspect(claudeDir, name));
      if (!file || !isDue(file)) return;
      hinted.add(path);
      wake();
    },
    async sweep(folder) {
      const files = await findTranscripts(claudeDir, folder);
      files.sort((a, b) => b.modifiedAt - a.modifiedAt);
      for (const file of files) {
        if (!isDue(file)) continue;
        const entry = followed.get(file.path);
        if (entry) entry.sizeBytes = file.sizeBytes;
        if (!hinted.has(file.path)) found.add(file.path);
      }
      if (folder === undefined) {
        const there = new Set(files.map(({ path }) => path));
        for (const path of followed.keys()) if (!there.has(path)) found.add(path);
        forgetMissing(there);
      }
      wake();
    },
    async run(signal) {
      signal.addEventListener('abort', () => wake(), { once: true });
      for (;;) {
        signal.throwIfAborted();
        await shipper.room();
        if (await step()) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (hinted.size > 0 || found.size > 0 || signal.aborted) resolve();
        });
      }
    },
    async settled(what) {
      await new Promise<void>((resolve) => {
        waiting[what].add(resolve);
        wake();
      });
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
  };
};
