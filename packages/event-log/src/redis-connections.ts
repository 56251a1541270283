import { isAborted } from './abort.ts';
import { LogUnavailable } from './event-log.ts';
import { type Client, openClient, type Patience, type RedisClient, retryMs } from './redis-client.ts';
import { isAway, isMoved, withoutArguments } from './redis-errors.ts';
import { createLastingClient } from './redis-lasting.ts';
import { type ConnectionLogger, createOutageLog } from './redis-outage.ts';
import { parseRedisUrl, placeOf, RedisUrlError, withPassword } from './redis-url.ts';
import { settle } from './settle.ts';

/** A command that no reader waits in fails after so long; a first connection is tried for as long. */
const DEADLINE_MS = 5000;

/** The longest that Redis is asked to block in one command; a longer wait asks again. */
const BLOCK_MAX_MS = 5000;

/** So much later than its `BLOCK` may a reply come, before its connection is given up. */
const STALL_MARGIN_MS = 2000;

/** Between two attempts of a first connection, and so long a connection has to say that it ends. */
const PAUSE_MS = 100;

/** More idle connections than this are closed. */
const IDLE_MAX = 16;

/** A cluster is back when none of its nodes failed for so long: longer than between two tries of a reader. */
const CLUSTER_QUIET_MS = 5000;

const pause = (ms: number, stop: readonly AbortSignal[]): Promise<unknown> =>
  settle(new Promise<never>(() => undefined), ms, stop);

export interface ConnectOptions {
  /** One server, a cluster, or what Sentinels name: `redis-url.ts` has the forms. */
  url: string;
  /** In place of one in the URL: it may be a secret of its own. */
  password?: string | undefined;
  logger?: ConnectionLogger | undefined;
}

export interface WaitOptions {
  waitMs: number;
  /** Any of them ends the wait. */
  stop: readonly AbortSignal[];
}

/** The connections of one log: one client for commands, and a small pool for reads that may block. */
export interface Connections {
  /** In a cluster one command, one transaction and one script touch keys of one slot only. */
  readonly isCluster: boolean;
  /** Runs commands that someone waits for. Throws `LogUnavailable` within seconds where Redis is away or refuses. */
  command<Reply>(run: (redis: RedisClient) => Promise<Reply>): Promise<Reply>;
  /**
   * Runs a read on a client of its own; `blockMs` 0 asks not to block. A `null` reply is asked again until `waitMs` is
   * over. Waits through an outage, beyond `waitMs` if need be; `undefined` where there was nothing, or the wait was ended.
   */
  read<Reply>(
    run: (redis: RedisClient, blockMs: number) => Promise<Reply | null>,
    options: WaitOptions,
  ): Promise<Reply | undefined>;
  close(): Promise<void>;
}

/** Connects to one server, a cluster or what Sentinels name, or throws: `LogUnavailable` after some seconds, `RedisUrlError` at once. */
export const connect = async ({ url, password, logger }: ConnectOptions): Promise<Connections> => {
  const place = parseRedisUrl(withPassword(url, password));
  const where = placeOf(url);
  const isCluster = place.kind === 'cluster';
  const outage = createOutageLog(where, logger, isCluster ? CLUSTER_QUIET_MS : 0);
  const closing = new AbortController();

  let refusal: Error | undefined;
  const open = (patience: Patience): Client =>
    openClient(place, patience, {
      ready: outage.worked,
      failed: outage.failed,
      refused: (error) => {
        refusal = error;
      },
    });
  const commands = createLastingClient(() => open({ kind: 'none', socketTimeoutMs: DEADLINE_MS }));
  const idle: Client[] = [];
  const busy = new Set<Client>();

  const take = (): Client => {
    let client = idle.pop();
    while (client?.status === 'end') client = idle.pop();
    client ??= open({ kind: 'waits' });
    busy.add(client);
    return client;
  };
  const giveBack = (client: Client): void => {
    busy.delete(client);
    if (closing.signal.aborted || idle.length >= IDLE_MAX) client.disconnect();
    else idle.push(client);
  };
  const drop = (client: Client): void => {
    busy.delete(client);
    client.disconnect();
  };

  const command: Connections['command'] = async (run) => {
    if (closing.signal.aborted) throw new LogUnavailable('the log is closed');
    const client = commands.current();
    if (client.status === 'end') throw new LogUnavailable(`Redis at ${where} can't be reached`);
    try {
      const outcome = await settle(run(client), DEADLINE_MS, [closing.signal]);
      if (outcome.kind === 'reply') {
        if (isCluster) outage.worked();
        return outcome.reply;
      }
    } catch (error) {
      withoutArguments(error);
      if (!isCluster && isMoved(error)) {
        throw new RedisUrlError(`Redis at ${where} is one node of a cluster: its URL begins with redis+cluster://`);
      }
      if (!isAway(error)) throw error;
      throw new LogUnavailable(`Redis at ${where} can't be reached or refuses`, { cause: error });
    }
    throw new LogUnavailable(`Redis at ${where} did not answer`);
  };

  /** One try: `undefined` where Redis could not take it. */
  const attempt = async <Reply>(
    run: (redis: RedisClient, blockMs: number) => Promise<Reply | null>,
    blockMs: number,
    stop: readonly AbortSignal[],
  ): Promise<{ reply: Reply | null } | undefined> => {
    const client = take();
    try {
      const outcome = await settle(run(client, blockMs), blockMs + STALL_MARGIN_MS, stop);
      if (outcome.kind === 'reply') {
        giveBack(client);
        if (isCluster) outage.worked();
        return outcome;
      }
      // A reply may never come: ioredis can lose a blocked command in a reconnect. Closing also ends the block in Redis.
      drop(client);
    } catch (error) {
      drop(client);
      withoutArguments(error);
      if (!isAway(error)) throw error;
    }
    return undefined;
  };

  const read: Connections['read'] = async (run, options) => {
    if (closing.signal.aborted) throw new LogUnavailable('the log is closed');
    const stop = [...options.stop, closing.signal];
    const until = performance.now() + options.waitMs;
    for (let failures = 0; !isAborted(stop); ) {
      const leftMs = Math.max(0, Math.floor(until - performance.now()));
      const answer = await attempt(run, Math.min(leftMs, BLOCK_MAX_MS), stop);
      if (answer?.reply != null) return answer.reply;
      if (answer && leftMs === 0) return undefined;
      failures = answer ? 0 : failures + 1;
      if (failures > 0) await pause(retryMs(failures), stop);
    }
    return undefined;
  };

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    for (const client of [...idle, ...busy]) client.disconnect();
    await settle(commands.current().quit(), PAUSE_MS).catch(() => undefined);
    commands.close();
  };

  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      await command((redis) => redis.ping());
      return { isCluster, command, read, close };
    } catch (error) {
      if (!(error instanceof LogUnavailable) || refusal || performance.now() > until) {
        await close();
        throw refusal ?? error;
      }
      await pause(PAUSE_MS, []);
    }
  }
};
