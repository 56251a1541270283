import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { z } from 'zod';
import { presenceRecordSchema } from './presence/parse.ts';
import { parserStateSchema } from './transcript/parse.ts';

const position = z.number().int().nonnegative();

export const historyCursorSchema = z.object({
  /** Counted up to here. */
  at: position,
  /** Where what was told event by event begins. */
  end: position,
  state: parserStateSchema,
  /** Messages whose rows reach into the part that was told event by event. */
  toldMessages: z.array(z.string()),
});
export type HistoryCursor = z.infer<typeof historyCursorSchema>;

const fileCursorSchema = z.object({
  /** The path that names its streams: the one it had first, for a file that was moved. */
  streamPath: z.string(),
  /** Device and inode. */
  identity: z.string(),
  /** How often the file began anew: rises when it is truncated or replaced. */
  generation: position,
  /** All before this byte was accepted by the sink. */
  offset: position,
  state: parserStateSchema,
  history: historyCursorSchema.nullable(),
  missingSince: position.nullable(),
});
export type FileCursor = z.infer<typeof fileCursorSchema>;

const presenceCursorSchema = z.object({
  record: presenceRecordSchema,
  lastPosition: position,
  hasExited: z.boolean(),
});
export type PresenceCursor = z.infer<typeof presenceCursorSchema>;

const jobCursorSchema = z.object({
  sessionId: z.string(),
  /** What was told last, as JSON. */
  said: z.string(),
  lastPosition: position,
});
export type JobCursor = z.infer<typeof jobCursorSchema>;

const storeSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), fileCursorSchema),
  presence: z.record(z.string(), presenceCursorSchema),
  /** Absent in files that were written before jobs were followed. */
  jobs: z.record(z.string(), jobCursorSchema).default({}),
  /** Sessions whose process was told to be gone, and when it was, in ms since 1970. */
  ended: z.record(z.string(), position),
});
type Store = z.infer<typeof storeSchema>;

/**
 * How far each source was shipped. Only what the sink has accepted goes in; what happened after the last write is told
 * again after a crash, under the same positions.
 */
export interface CursorStore {
  readonly files: Map<string, FileCursor>;
  readonly presence: Map<string, PresenceCursor>;
  readonly jobs: Map<string, JobCursor>;
  readonly ended: Map<string, number>;
  /** Something changed: written soon, many changes in one write. */
  touch(): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

const WRITE_AFTER_MS = 500;
/** Writes take no more than this part of the time, however many files there are, nor are they further apart than the other. */
const WRITE_SHARE = 0.05;
const WRITE_WITHIN_MS = 5_000;

/** Opens `path`. A file that can't be read is logged and begun anew: everything is told again, and recognised as a repeat. */
export const openCursorStore = async (path: string, logger: Logger): Promise<CursorStore> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700).catch(() => undefined);
  const loaded = await load(path, logger);
  const files = new Map(Object.entries(loaded.files));
  const presence = new Map(Object.entries(loaded.presence));
  const jobs = new Map(Object.entries(loaded.jobs));
  const ended = new Map(Object.entries(loaded.ended));
  let isDirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let afterMs = WRITE_AFTER_MS;

  const write = async (): Promise<void> => {
    if (!isDirty) return;
    isDirty = false;
    const startedAt = performance.now();
    const store: Store = {
      version: 1,
      files: Object.fromEntries(files),
      presence: Object.fromEntries(presence),
      jobs: Object.fromEntries(jobs),
      ended: Object.fromEntries(ended),
    };
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const text = JSON.stringify(store);
      afterMs = Math.min(WRITE_WITHIN_MS, Math.max(WRITE_AFTER_MS, (performance.now() - startedAt) / WRITE_SHARE));
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      isDirty = true;
      logger.error({ err: error, path }, 'the cursor cannot be written: a restart will repeat events');
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  };

  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(write);
    }, afterMs);
  };

  return {
    files,
    presence,
    jobs,
    ended,
    touch() {
      isDirty = true;
      schedule();
    },
    async close() {
      clearTimeout(timer);
      timer = undefined;
      writing = writing.then(write);
      await writing;
    },
  };
};

const load = async (path: string, logger: Logger): Promise<Store> => {
  const empty: Store = { version: 1, files: {}, presence: {}, jobs: {}, ended: {} };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) logger.warn({ err: error, path }, 'the cursor cannot be read: beginning anew');
    return empty;
  }
  try {
    return storeSchema.parse(JSON.parse(text));
  } catch (error) {
    logger.warn({ err: error, path }, 'the cursor is damaged: beginning anew');
    return empty;
  }
};

/** The path is not there (any more). */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
