import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { isAborted } from './abort.ts';
import { LogUnavailable } from './event-log.ts';
import { settle } from './settle.ts';

/** What the log says of its connections; a pino logger is one. */
export interface ConnectionLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A command that no reader waits in fails after so long; a first connection is tried for as long. */
const DEADLINE_MS = 5000;

const CONNECT_TIMEOUT_MS = 3000;

/** The longest that Redis is asked to block in one command; a longer wait asks again. */
const BLOCK_MAX_MS = 5000;

/** So much later than its `BLOCK` may a reply come, before its connection is given up. */
const STALL_MARGIN_MS = 2000;

/** Between two attempts of a read that Redis could not take. */
const PAUSE_MS = 100;

/** More idle connections than this are closed. */
const IDLE_MAX = 16;

const RETRY_MAX_MS = 1000;
const retryStrategy = (times: number): number =>
  Math.min(RETRY_MAX_MS, 25 * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2);

/** Redis is there, and can't take commands (now). */
const REFUSED = /^(OOM|MISCONF|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|BUSY )/;

const isReplyError = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';
const isAway = (error: unknown): boolean => !isReplyError(error) || REFUSED.test(error.message);

/** Says once that Redis went away, and once that it is back, however many connections notice and retry. */
const createOutageLog = (where: string, logger: ConnectionLogger | undefined) => {
  let isOut = false;
  return {
    watch: (redis: Redis): Redis =>
      redis
        .on('error', (error: Error) => {
          if (!isOut) logger?.warn({ err: error, redis: where }, 'Redis is away, trying again until it is back');
          isOut = true;
        })
        .on('ready', () => {
          if (isOut) logger?.info({ redis: where }, 'Redis is back');
          isOut = false;
        }),
  };
};

/** Host and port for messages: a URL may hold a password. */
const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'the given URL');

export interface WaitOptions {
  waitMs: number;
  /** Any of them ends the wait. */
  stop: readonly AbortSignal[];
}

/** The connections of one log: one for commands, and a small pool for reads that may block. */
export interface Connections {
  /** Runs commands that someone waits for. Throws `LogUnavailable` within seconds where Redis is away or refuses. */
  command<Reply>(run: (redis: Redis) => Promise<Reply>): Promise<Reply>;
  /**
   * Runs a read on a connection of its own; `blockMs` 0 asks not to block. A `null` reply is asked again until `waitMs` is
   * over. Waits through an outage, beyond `waitMs` if need be; `undefined` where there was nothing, or the wait was ended.
   */
  read<Reply>(
    run: (redis: Redis, blockMs: number) => Promise<Reply | null>,
    options: WaitOptions,
  ): Promise<Reply | undefined>;
  close(): Promise<void>;
}

/** Connects, or throws `LogUnavailable` after some seconds. */
export const connect = async (url: string, logger: ConnectionLogger | undefined): Promise<Connections> => {
  const where = placeOf(url);
  const outage = createOutageLog(where, logger);
  const closing = new AbortController();

  // With no retry, what is in flight or queued fails as soon as the connection does, and is never sent a second time.
  const commands = outage.watch(
    new Redis(url, {
      protocol: 2,
      connectionName: 'crewboard',
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: DEADLINE_MS,
      maxRetriesPerRequest: 0,
      retryStrategy,
    }),
  );
  const idle: Redis[] = [];
  const busy = new Set<Redis>();

  const take = (): Redis => {
    const redis =
      idle.pop() ??
      outage.watch(
        commands.duplicate({ connectionName: 'crewboard-read', maxRetriesPerRequest: null, socketTimeout: undefined }),
      );
    busy.add(redis);
    return redis;
  };
  const giveBack = (redis: Redis): void => {
    busy.delete(redis);
    if (closing.signal.aborted || idle.length >= IDLE_MAX) redis.disconnect();
    else idle.push(redis);
  };
  const drop = (redis: Redis): void => {
    busy.delete(redis);
    redis.disconnect();
  };

  const command: Connections['command'] = async (run) => {
    if (closing.signal.aborted) throw new LogUnavailable('the log is closed');
    try {
      const outcome = await settle(run(commands), DEADLINE_MS, [closing.signal]);
      if (outcome.kind === 'reply') return outcome.reply;
    } catch (error) {
      if (!isAway(error)) throw error;
      throw new LogUnavailable(`Redis at ${where} can't be reached or refuses`, { cause: error });
    }
    throw new LogUnavailable(`Redis at ${where} did not answer`);
  };

  /** One try: `undefined` where Redis could not take it. */
  const attempt = async <Reply>(
    run: (redis: Redis, blockMs: number) => Promise<Reply | null>,
    blockMs: number,
    stop: readonly AbortSignal[],
  ): Promise<{ reply: Reply | null } | undefined> => {
    const redis = take();
    try {
      const outcome = await settle(run(redis, blockMs), blockMs + STALL_MARGIN_MS, stop);
      if (outcome.kind === 'reply') {
        giveBack(redis);
        return outcome;
      }
      // A reply may never come: ioredis can lose a blocked command in a reconnect. Closing also ends the block in Redis.
      drop(redis);
    } catch (error) {
      drop(redis);
      if (!isAway(error)) throw error;
      await sleep(PAUSE_MS);
    }
    return undefined;
  };

  const read: Connections['read'] = async (run, options) => {
    if (closing.signal.aborted) throw new LogUnavailable('the log is closed');
    const stop = [...options.stop, closing.signal];
    const until = performance.now() + options.waitMs;
    while (!isAborted(stop)) {
      const leftMs = Math.max(0, Math.floor(until - performance.now()));
      const answer = await attempt(run, Math.min(leftMs, BLOCK_MAX_MS), stop);
      if (answer?.reply != null) return answer.reply;
      if (answer && leftMs === 0) return undefined;
    }
    return undefined;
  };

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    for (const redis of [...idle, ...busy]) redis.disconnect();
    await settle(commands.quit(), PAUSE_MS).catch(() => undefined);
    commands.disconnect();
  };

  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      await command((redis) => redis.ping());
      return { command, read, close };
    } catch (error) {
      if (!(error instanceof LogUnavailable) || performance.now() > until) {
        await close();
        throw error;
      }
      await sleep(PAUSE_MS);
    }
  }
};
