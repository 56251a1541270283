import { appendFile, chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** What became of one source since the first line was written; `null`: it is forgotten. */
const changeSchema = z.union([
  z.tuple([z.literal('files'), z.string(), fileCursorSchema.nullable()]),
  z.tuple([z.literal('presence'), z.string(), presenceCursorSchema.nullable()]),
  z.tuple([z.literal('jobs'), z.string(), jobCursorSchema.nullable()]),
  z.tuple([z.literal('ended'), z.string(), position.nullable()]),
]);
type Kind = z.infer<typeof changeSchema>[0];
const KINDS = ['files', 'presence', 'jobs', 'ended'] as const satisfies readonly Kind[];

/**
 * How far each source was shipped. Only what the sink has accepted goes in; what happened after the last write is told
 * again after a crash, under the same positions. Values are replaced, never changed.
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

/** Knows which of its entries changed. */
class NotedMap<Value> extends Map<string, Value> {
  readonly changed = new Set<string>();

  constructor(entries: ReadonlyMap<string, Value>) {
    super();
    for (const [key, value] of entries) super.set(key, value);
  }

  override set(key: string, value: Value): this {
    this.changed.add(key);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.changed.add(key);
    return super.delete(key);
  }
}

const WRITE_AFTER_MS = 500;
/** So many more lines than sources are appended before the file is written anew. */
const SPARE_LINES = 1_000;

/**
 * Opens `path`: a line that holds all, and one for each source that went on since, the last of which counts. So a write costs what changed,
 * however many files there are. A file that can't be read is logged and begun anew: everything is told again, and recognised as a repeat.
 */
export const openCursorStore = async (path: string, logger: Logger): Promise<CursorStore> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700).catch(() => undefined);
  const loaded = await load(path, logger);
  const maps = {
    files: new NotedMap(loaded.maps.files),
    presence: new NotedMap(loaded.maps.presence),
    jobs: new NotedMap(loaded.maps.jobs),
    ended: new NotedMap(loaded.maps.ended),
  };
  /** Lines behind the first. */
  let { lines } = loaded;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeAll = async (): Promise<void> => {
    const all = Object.fromEntries(KINDS.map((kind) => [kind, Object.fromEntries<unknown>(maps[kind])]));
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, `${JSON.stringify({ version: 1, ...all })}\n`, { mode: 0o600 });
      await rename(temporary, path);
      lines = 0;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  };

  const append = async (changed: readonly Changed[]): Promise<void> => {
    const records = changed.map(([kind, key]) => `${JSON.stringify([kind, key, maps[kind].get(key) ?? null])}\n`);
    await appendFile(path, records.join(''), { mode: 0o600 });
    lines += records.length;
  };

  const write = async (): Promise<void> => {
    const changed = KINDS.flatMap((kind) => [...maps[kind].changed].map((key): Changed => [kind, key]));
    if (changed.length === 0) return;
    for (const kind of KINDS) maps[kind].changed.clear();
    const sources = KINDS.reduce((sum, kind) => sum + maps[kind].size, 0);
    try {
      await (lines > sources + SPARE_LINES ? writeAll() : append(changed));
    } catch (error) {
      for (const [kind, key] of changed) maps[kind].changed.add(key);
      // What was appended may end within a line.
      lines = Number.POSITIVE_INFINITY;
      logger.error({ err: error, path }, 'the cursor cannot be written: a restart will repeat events');
    }
  };

  return {
    ...maps,
    touch() {
      timer ??= setTimeout(() => {
        timer = undefined;
        writing = writing.then(write);
      }, WRITE_AFTER_MS);
    },
    async close() {
      clearTimeout(timer);
      timer = undefined;
      writing = writing.then(write);
      await writing;
    },
  };
};

type Changed = readonly [kind: Kind, key: string];

type Maps = Pick<CursorStore, Kind>;

/** What stands in the file, and how many lines behind its first: without end where it has to be written anew before one is appended. */
const load = async (path: string, logger: Logger): Promise<{ maps: Maps; lines: number }> => {
  const nothing = () => ({
    maps: mapsOf({ files: {}, presence: {}, jobs: {}, ended: {} }),
    lines: Number.POSITIVE_INFINITY,
  });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) logger.warn({ err: error, path }, 'the cursor cannot be read: beginning anew');
    return nothing();
  }
  try {
    return parseStore(text);
  } catch (error) {
    logger.warn({ err: error, path }, 'the cursor is damaged: beginning anew');
    return nothing();
  }
};

/** Throws where the first line is damaged. Another one that is tells nothing: what it told is told again. */
const parseStore = (text: string): { maps: Maps; lines: number } => {
  const [first = '', ...others] = text.split('\n');
  const maps = mapsOf(storeSchema.parse(JSON.parse(first)));
  // An older agent ended its only line with nothing.
  let isWhole = others.pop() === '';
  for (const line of others) {
    const change = changeSchema.safeParse(parsedOrNull(line)).data;
    if (change) apply(maps, change);
    else isWhole = false;
  }
  return { maps, lines: isWhole ? others.length : Number.POSITIVE_INFINITY };
};

const mapsOf = ({ files, presence, jobs, ended }: Omit<Store, 'version'>): Maps => ({
  files: new Map(Object.entries(files)),
  presence: new Map(Object.entries(presence)),
  jobs: new Map(Object.entries(jobs)),
  ended: new Map(Object.entries(ended)),
});

const apply = (maps: Maps, [kind, key, value]: z.infer<typeof changeSchema>): void => {
  const map: Map<string, unknown> = maps[kind];
  if (value === null) map.delete(key);
  else map.set(key, value);
};

/** The last line may have been cut off with its writer. */
const parsedOrNull = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};

/** The path is not there (any more). */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
