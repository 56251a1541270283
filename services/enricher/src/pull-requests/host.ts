import { RequestError } from '@octokit/request-error';
import type { z } from 'zod';
import { type Credentials, createClients } from './credentials.ts';
import { keyOf, type Repository } from './remote.ts';

/** Why the host is not asked at the moment, and until when, in ms since 1970. */
export interface Pause {
  why: 'primary limit' | 'secondary limit' | 'refused' | 'down';
  until: number;
}

/** Thrown where the host gave no answer, or was not even asked: all repositories wait until the pause is over. */
export class HostPaused extends Error {
  readonly code = 'HOST_PAUSED';
}

export type Answer<Value> =
  /** `isNew` unless it is what was answered before; `hasMore` where another page follows. */
  | { kind: 'known'; value: Value; isNew: boolean; hasMore: boolean }
  /** Not there, or not for us: which of the two, the host does not tell. */
  | { kind: 'unseen' };

export interface Question<Schema extends z.ZodType> {
  repository: Repository;
  /** Behind the repository's own address: `/pulls`. */
  path: string;
  query?: Record<string, string | number>;
  shape: Schema;
}

/** What became of a request, for the figures. */
export type Outcome = 'new' | 'unchanged' | 'unseen' | 'limited' | 'refused' | 'down';

export interface Host {
  /** Asks, or tells what was answered before where the host says that nothing changed. Throws {@link HostPaused}. */
  ask<Schema extends z.ZodType>(question: Question<Schema>, signal: AbortSignal): Promise<Answer<z.output<Schema>>>;
  /** Null while the host is asked. */
  readonly pause: Pause | null;
}

export interface HostOptions {
  credentials: Credentials;
  apiUrl: string;
  /** Called after each request, and with the pause that it brought, or ended. */
  asked: (outcome: Outcome) => void;
  now: () => number;
}

/** So many answers are kept, to be told again for nothing. */
const KEPT_MAX = 5_000;
const PATIENCE_MS = 20_000;
const REFUSED_MS = 15 * 60_000;
const DOWN_FIRST_MS = 15_000;
const DOWN_LONGEST_MS = 10 * 60_000;
/** Where the host limits and does not say for how long. */
const LIMITED_MS = 60_000;
/** The host's limits are of an hour. It is asked again then, whatever it said. */
const LONGEST_MS = 3_600_000;

export const createHost = ({ credentials, apiUrl, asked, now }: HostOptions): Host => {
  const answers = new Map<string, { etag: string; value: unknown; hasMore: boolean }>();
  let pause: Pause | null = null;
  let failures = 0;

  const pauseFor = (why: Pause['why'], ms: number): void => {
    // NaN where it named no time.
    const until = now() + Math.min(ms > 0 ? ms : LIMITED_MS, LONGEST_MS);
    if (!pause || pause.until < until) pause = { why, until };
  };
  const clientFor = createClients({
    credentials,
    apiUrl,
    now,
    limits: {
      primary: (seconds) => pauseFor('primary limit', seconds * 1_000),
      secondary: (seconds) => pauseFor('secondary limit', seconds * 1_000),
    },
  });

  const answered = (outcome: 'new' | 'unchanged' | 'unseen'): void => {
    failures = 0;
    if (pause && pause.until <= now()) pause = null;
    asked(outcome);
  };

  const send = async (
    { repository, path, query }: Question<z.ZodType>,
    etag: string | undefined,
    signal: AbortSignal,
  ) => {
    const client = await clientFor(repository, signal);
    return client.request(`GET /repos/{owner}/{repo}${path}`, {
      ...query,
      owner: repository.owner,
      repo: repository.name,
      headers: etag === undefined ? {} : { 'if-none-match': etag },
      request: { signal },
    });
  };

  /** What a failed request means: an answer too, or a pause for all. */
  const heed = (error: unknown, signal: AbortSignal): 'unchanged' | 'unseen' => {
    if (signal.aborted) throw error;
    const status = error instanceof RequestError ? error.status : 0;
    if (status === 304) return 'unchanged';
    if (status === 401) {
      pauseFor('refused', REFUSED_MS);
      asked('refused');
      throw new HostPaused('the host refuses the credentials', { cause: error });
    }
    const isLimited = status === 403 && pause !== null && pause.until > now();
    if (status === 429 || isLimited) {
      if (!pause || pause.until <= now()) pauseFor('secondary limit', limitedFor(error));
      asked('limited');
      throw new HostPaused('the host limits requests', { cause: error });
    }
    if (status >= 400 && status < 500) return 'unseen';
    failures += 1;
    pauseFor('down', Math.min(DOWN_LONGEST_MS, DOWN_FIRST_MS * 2 ** (failures - 1)));
    asked('down');
    throw new HostPaused('the host does not answer', { cause: error });
  };

  return {
    get pause() {
      return pause;
    },
    async ask(question, signal) {
      if (pause && pause.until > now()) throw new HostPaused(`paused: ${pause.why}`);
      const { repository, path, query, shape } = question;
      const key = `${keyOf(repository)}${path}?${JSON.stringify(query ?? {})}`;
      const before = answers.get(key);
      // It was made by this very shape: a key is asked for in one way only.
      const same = () => ({ kind: 'known' as const, value: before?.value as z.output<typeof shape>, isNew: false });
      try {
        const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
        const { data, headers } = await send(question, before?.etag, patience);
        const value = shape.parse(data);
        const hasMore = headers.link?.includes('rel="next"') ?? false;
        answers.delete(key);
        if (headers.etag) answers.set(key, { etag: headers.etag, value, hasMore });
        const [oldest] = answers.keys();
        if (answers.size > KEPT_MAX && oldest !== undefined) answers.delete(oldest);
        answered('new');
        return { kind: 'known', value, isNew: true, hasMore };
      } catch (error) {
        const meaning = heed(error, signal);
        answered(meaning);
        if (meaning === 'unchanged' && before) {
          answers.delete(key);
          answers.set(key, before);
          return { ...same(), hasMore: before.hasMore };
        }
        return { kind: 'unseen' };
      }
    },
  };
};

const limitedFor = (error: unknown): number => {
  const seconds = error instanceof RequestError ? Number(error.response?.headers['retry-after']) : Number.NaN;
  return seconds > 0 ? seconds * 1_000 : LIMITED_MS;
};
