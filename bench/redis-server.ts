import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../test/support/port.ts';
import { type Running, start, tempDir } from './process.ts';

/** A Redis of the benchmark's own, as docker-compose.yml sets it up: all on disk each second. */
export interface RedisServer {
  url: string;
  server: Running;
  /** What its data takes in memory, bytes. */
  usedMemory(): Promise<number>;
  /** What its data takes on disk, bytes. */
  diskBytes(): number;
}

/** Resolves when it answers; throws where redis-server is not installed. */
export const startRedisServer = async (): Promise<RedisServer> => {
  const port = await freePort();
  const dir = tempDir();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
  const server = start('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'everysec'], {});
  const url = `redis://127.0.0.1:${port}`;
  const ask = async <Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 });
    redis.on('error', () => server.assertAlive());
    const answer = await question(redis);
    redis.disconnect();
    return answer;
  };
  await ask((redis) => redis.ping());
  return {
    url,
    server,
    usedMemory: async () => Number(/^used_memory:(\d+)/m.exec(await ask((redis) => redis.info('memory')))?.[1]),
    diskBytes: () =>
      readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .map((name) => statSync(join(dir, name)))
        .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0),
  };
};
