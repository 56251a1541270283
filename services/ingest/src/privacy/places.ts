import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Logger } from '@crewboard/runtime';
import { z } from 'zod';

const text = z.string().max(4096);
const placeSchema = z.object({ cwd: text, repo: text, remote: text.nullable() });
export type RememberedPlace = z.infer<typeof placeSchema>;

const sessionSchema = z.object({
  /** All places that it worked in, the last one last. */
  places: z.array(placeSchema),
  /** There were more than are kept. */
  hasMore: z.boolean(),
  /** The board may hold something of it. */
  isTold: z.boolean(),
  /** The last word on it was that nothing leaves. */
  isHidden: z.boolean(),
  /** When it did something last, by this machine's clock, in ms since 1970. */
  seenAt: z.number(),
});
export type RememberedSession = z.infer<typeof sessionSchema>;

const storeSchema = z.object({
  version: z.literal(1),
  /** Makes hashes that nobody else can tell. */
  salt: z.string().min(16),
  sessions: z.record(z.string(), sessionSchema),
});
type Store = z.infer<typeof storeSchema>;

/** What became of one session since the first line was written. */
const lineSchema = z.tuple([z.string(), sessionSchema]);

/** Where this machine's sessions work, and what the board heard of them: remembered over restarts. */
export interface Places {
  readonly salt: string;
  readonly sessions: ReadonlyMap<string, RememberedSession>;
  /** What is known of a session; begun with nothing. What is changed in it is kept once it was touched. */
  of(sessionId: string): RememberedSession;
  addPlace(sessionId: string, place: RememberedPlace): void;
  /** Something of the session changed: written soon. */
  touch(sessionId: string): void;
  /** Writes at once what is not written yet. */
  flush(): void;
  /** Writes what is not written yet, and no more after that. */
  close(): void;
}

const SESSIONS_MAX = 10_000;
const PLACES_MAX = 32;
const WRITE_AFTER_MS = 1_000;
/** So many more lines than sessions are appended before the file is written anew. */
const SPARE_LINES = 1_000;

/**
 * Opens `path` (0600): a line that holds all, and one for each session that changed since, the last of which counts. So what must
 * be on disk before an event leaves costs an append, however many sessions there are. A file that can't be read is logged and
 * begun anew: the places are found again in the transcripts.
 */
export const openPlaces = (path: string, logger: Logger): Places => {
  const { salt, sessions: loaded } = load(path, logger);
  const sessions = new Map(Object.entries(loaded));
  const changed = new Set<string>();
  /** Lines behind the first; unknown until this run has written the first. */
  let lines = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const writeAll = (): void => {
    const store: Store = { version: 1, salt, sessions: Object.fromEntries(sessions) };
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, `${JSON.stringify(store)}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    lines = 0;
  };

  const append = (): void => {
    const records = [...changed].flatMap((id) => {
      const session = sessions.get(id);
      return session ? `${JSON.stringify([id, session])}\n` : [];
    });
    appendFileSync(path, records.join(''), { mode: 0o600 });
    lines += records.length;
  };

  const keep = (write: () => void): void => {
    clearTimeout(timer);
    timer = undefined;
    if (changed.size === 0) return;
    try {
      write();
      changed.clear();
    } catch (error) {
      // What was appended may end within a line.
      lines = Number.POSITIVE_INFINITY;
      logger.error({ err: error, path }, 'what the board was told of cannot be noted');
    }
  };

  const flush = (): void => keep(lines > sessions.size + SPARE_LINES ? writeAll : append);

  const touch = (sessionId: string): void => {
    changed.add(sessionId);
    timer ??= setTimeout(flush, WRITE_AFTER_MS);
  };

  const of = (sessionId: string): RememberedSession => {
    const known = sessions.get(sessionId);
    if (known) return known;
    const session: RememberedSession = { places: [], hasMore: false, isTold: false, isHidden: false, seenAt: 0 };
    sessions.set(sessionId, session);
    if (sessions.size > SESSIONS_MAX) forgetOldest(sessions);
    touch(sessionId);
    return session;
  };

  return {
    salt,
    sessions,
    of,
    addPlace(sessionId, { cwd, repo, remote }) {
      const session = of(sessionId);
      const isSame = (place: RememberedPlace): boolean =>
        place.cwd === cwd && place.repo === repo && place.remote === remote;
      const last = session.places.at(-1);
      if (last && isSame(last)) return;
      const others = session.places.filter((place) => !isSame(place));
      session.hasMore ||= others.length >= PLACES_MAX;
      session.places = [...others.slice(1 - PLACES_MAX), { cwd, repo, remote }];
      touch(sessionId);
    },
    touch,
    flush,
    close: () => keep(writeAll),
  };
};

/** Down to a little less than are kept, so that it is done rarely. */
const forgetOldest = (sessions: Map<string, RememberedSession>): void => {
  const byAge = [...sessions].sort(([, a], [, b]) => a.seenAt - b.seenAt);
  for (const [sessionId] of byAge.slice(0, SESSIONS_MAX / 20)) sessions.delete(sessionId);
};

/** What stands in such a file. Throws where its first line is damaged; another one that is tells nothing. */
const parseStore = (text: string): Store => {
  const [first = '', ...others] = text.split('\n');
  const store = storeSchema.parse(JSON.parse(first));
  for (const line of others) {
    const record = lineSchema.safeParse(parsedOrNull(line)).data;
    if (record) store.sessions[record[0]] = record[1];
  }
  return store;
};

/** The last line may have been cut off with its writer. */
const parsedOrNull = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};

/** The sessions in such a file. Throws where it is damaged. */
export const storedSessions = (text: string): Record<string, RememberedSession> => parseStore(text).sessions;

const load = (path: string, logger: Logger): Store => {
  const empty = (): Store => ({ version: 1, salt: randomBytes(24).toString('base64url'), sessions: {} });
  let read: string;
  try {
    read = readFileSync(path, 'utf8');
  } catch {
    return empty();
  }
  try {
    return parseStore(read);
  } catch (error) {
    logger.warn({ err: error, path }, 'the places of sessions are damaged: beginning anew');
    return empty();
  }
};
