import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Where this machine's sessions work, and what the board heard of them: remembered over restarts. */
export interface Places {
  readonly salt: string;
  readonly sessions: ReadonlyMap<string, RememberedSession>;
  /** What is known of a session; begun with nothing. What is changed in it is kept after the next `touch` or `flush`. */
  of(sessionId: string): RememberedSession;
  addPlace(sessionId: string, place: RememberedPlace): void;
  /** Something changed: written soon. */
  touch(): void;
  /** Writes at once what is not written yet. */
  flush(): void;
  /** Writes what is not written yet, and no more after that. */
  close(): void;
}

const SESSIONS_MAX = 10_000;
const PLACES_MAX = 32;
const WRITE_AFTER_MS = 1_000;

/** Opens `path` (0600). One that can't be read is logged and begun anew: the places are found again in the transcripts. */
export const openPlaces = (path: string, logger: Logger): Places => {
  const { salt, sessions: loaded } = load(path, logger);
  const sessions = new Map(Object.entries(loaded));
  let isDirty = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!isDirty) return;
    isDirty = false;
    const store: Store = { version: 1, salt, sessions: Object.fromEntries(sessions) };
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(store), { mode: 0o600 });
      renameSync(temporary, path);
    } catch (error) {
      isDirty = true;
      logger.error({ err: error, path }, 'what the board was told of cannot be noted');
      rmSync(temporary, { force: true });
    }
  };

  const touch = (): void => {
    isDirty = true;
    timer ??= setTimeout(flush, WRITE_AFTER_MS);
  };

  const of = (sessionId: string): RememberedSession => {
    const known = sessions.get(sessionId);
    if (known) return known;
    const session: RememberedSession = { places: [], hasMore: false, isTold: false, isHidden: false, seenAt: 0 };
    sessions.set(sessionId, session);
    if (sessions.size > SESSIONS_MAX) forgetOldest(sessions);
    touch();
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
      touch();
    },
    touch,
    flush,
    close: flush,
  };
};

/** Down to a little less than are kept, so that it is done rarely. */
const forgetOldest = (sessions: Map<string, RememberedSession>): void => {
  const byAge = [...sessions].sort(([, a], [, b]) => a.seenAt - b.seenAt);
  for (const [sessionId] of byAge.slice(0, SESSIONS_MAX / 20)) sessions.delete(sessionId);
};

/** What stands in such a file. Throws where it is damaged. */
export const storedSessions = (text: string): Record<string, RememberedSession> =>
  storeSchema.parse(JSON.parse(text)).sessions;

const load = (path: string, logger: Logger): Store => {
  const empty = (): Store => ({ version: 1, salt: randomBytes(24).toString('base64url'), sessions: {} });
  let read: string;
  try {
    read = readFileSync(path, 'utf8');
  } catch {
    return empty();
  }
  try {
    return storeSchema.parse(JSON.parse(read));
  } catch (error) {
    logger.warn({ err: error, path }, 'the places of sessions are damaged: beginning anew');
    return empty();
  }
};
