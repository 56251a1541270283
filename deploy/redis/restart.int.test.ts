import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { freePort } from '../../test/support/port.ts';

const setup = fileURLToPath(new URL('../setup.sh', import.meta.url));
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** As docker-compose.yml starts it. */
const startRedis = (port: number, folder: string): ChildProcess => {
  const disk = ['--dir', join(folder, 'data'), '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--aclfile', join(folder, 'redis/users.acl'), ...disk];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  onTestFinished(() => void server.kill('SIGKILL'));
  return server;
};

// Redis reads its file on disk as the default user, and checks each transaction in it against that user's rights.
it.skipIf(!hasRedis)(
  'has all that the services wrote after a restart, and still nothing for who has no name',
  async () => {
    const folder = temporaryFolder('redis-users');
    execFileSync('sh', [setup, folder]);
    mkdirSync(join(folder, 'data'));
    const port = await freePort();
    const first = startRedis(port, folder);
    const password = readFileSync(join(folder, 'status/redis-password'), 'utf8').trim();
    const status = new Redis({ port, username: 'status', password, retryStrategy: () => 50 });
    const stranger = new Redis({ port, protocol: 2, retryStrategy: () => 50, enableReadyCheck: false });
    for (const redis of [status, stranger]) redis.on('error', () => undefined);
    onTestFinished(() => [status, stranger].forEach((redis) => void redis.disconnect()));

    // A script that writes twice stands in the file as a transaction.
    const script = `redis.call('HSET', KEYS[1], 'a', '1') redis.call('HSET', KEYS[1], 'b', '2')`;
    await vi.waitFor(() => status.eval(script, 1, 'crewboard:rows:v1:{0}'), { timeout: 20_000 });
    first.kill('SIGKILL');
    await once(first, 'exit');

    startRedis(port, folder);
    await vi.waitFor(async () => expect(await status.hvals('crewboard:rows:v1:{0}')).toEqual(['1', '2']), {
      timeout: 20_000,
    });
    await expect(stranger.get('crewboard:partitions')).rejects.toThrow('NOAUTH');
    await expect(stranger.auth('default', '')).rejects.toThrow('WRONGPASS');
  },
);
