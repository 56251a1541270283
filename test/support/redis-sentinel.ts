import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PASSWORD, type RedisProcess, SETTINGS, SHARED_DISK, startRedisProcess } from './redis-process.ts';
import { untilReplicated } from './redis-replicated.ts';

/** A Redis of the test's own with a replica, and three Sentinels that make the replica the master when the master is gone. */
export interface RunningSentinels {
  url: string;
  master: RedisProcess;
  replica: RedisProcess;
  sentinels: readonly RedisProcess[];
  /** Resolves when the replica has all that the master acknowledged. */
  replicated(): Promise<void>;
  /** From here on a second of silence is enough for the master to count as gone. */
  watchClosely(): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'board';

/** A master that is silent for so long counts as gone: longer than a busy machine keeps one from its work, until a test is about it. */
const DOWN_AFTER_MS = 30_000;
const SOON_MS = 1000;

const DEADLINE_MS = 30_000;

const SENTINEL_PASSWORD = `sentinel-${PASSWORD}`;

/** Sentinels keep what they know in their configuration, a file that they write. */
const startSentinel = (masterPort: number): Promise<RedisProcess> =>
  startRedisProcess({
    args: ['--sentinel'],
    signIn: SENTINEL_PASSWORD,
    prepare: async (folder, port) => {
      const file = join(folder, 'sentinel.conf');
      const lines = [
        `port ${port}`,
        'loglevel warning',
        `requirepass ${SENTINEL_PASSWORD}`,
        `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
        `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
        `sentinel auth-pass ${NAME} ${PASSWORD}`,
        `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${NAME} 5000`,
      ];
      await writeFile(file, `${lines.join('\n')}\n`);
      return [file];
    },
  });

const askEach = async <Reply>(
  sentinels: readonly RedisProcess[],
  ask: (client: Redis) => Promise<Reply>,
): Promise<Reply[]> => {
  const clients = sentinels.map(({ port }) => new Redis({ port, password: SENTINEL_PASSWORD }));
  try {
    return await Promise.all(clients.map(ask));
  } finally {
    for (const client of clients) client.disconnect();
  }
};

/** Resolves when each Sentinel knows the two others and the replica. */
const untilReady = async (sentinels: readonly RedisProcess[]): Promise<void> => {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const infos = await askEach(sentinels, (client) => client.info('sentinel'));
    if (infos.every((info) => /status=ok,.*slaves=1,sentinels=3/.test(info))) return;
    if (Date.now() > deadline) throw new Error(`the Sentinels did not find each other in ${DEADLINE_MS / 1000} s`);
    await sleep(100);
  }
};

export const startSentinels = async (): Promise<RunningSentinels> => {
  const started: RedisProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const keep = async (starting: Promise<RedisProcess>): Promise<RedisProcess> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const settings = [...SETTINGS, ...SHARED_DISK, '--masterauth', PASSWORD, '--repl-diskless-sync-delay', '0'];
  try {
    const master = await keep(startRedisProcess({ args: settings }));
    const follow = ['--replicaof', '127.0.0.1', String(master.port)];
    const replica = await keep(startRedisProcess({ args: [...settings, ...follow] }));
    const sentinels = await Promise.all(Array.from({ length: 3 }, () => keep(startSentinel(master.port))));
    await untilReady(sentinels);
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return {
      url: `redis+sentinel://:${PASSWORD}@${hosts}/${NAME}?sentinelPassword=${SENTINEL_PASSWORD}`,
      master,
      replica,
      sentinels,
      replicated: () => untilReplicated(master.port, 'replicated'),
      watchClosely: async () => {
        await askEach(sentinels, (client) => client.call('SENTINEL', 'SET', NAME, 'down-after-milliseconds', SOON_MS));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
