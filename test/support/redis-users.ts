import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { startRedisProcess } from './redis-process.ts';

const script = fileURLToPath(new URL('../../deploy/redis/write-users.sh', import.meta.url));
const run = promisify(execFile);

/** Runs the script that makes Redis's file of users, and resolves with what it printed; rejects where it fails. */
export const writeUsers = async (secrets: string, file: string): Promise<string> => {
  const { stdout, stderr } = await run('sh', [script, secrets, file]);
  return stdout + stderr;
};

export const USERS = ['gateway', 'status', 'enricher', 'agent', 'admin', 'backup'] as const;
export type User = (typeof USERS)[number];

/** A Redis with the product's users, as they are deployed, and one more that may do everything: the test. */
export const startRedisWithUsers = async () => {
  const passwords = new Map(USERS.map((user) => [user, `of ${user}: ${randomUUID()}`]));
  const own = randomUUID();
  const server = await startRedisProcess({
    signIn: 'health none',
    args: ['--save', '', '--loglevel', 'warning'],
    prepare: async (folder) => {
      const secrets = join(folder, 'secrets');
      await mkdir(secrets);
      for (const [user, password] of passwords)
        await writeFile(join(secrets, `redis-${user}-password`), `${password}\n`);
      const file = join(folder, 'users.acl');
      await writeUsers(secrets, file);
      await appendFile(file, `user test on >${own} ~* &* +@all\n`);
      return ['--aclfile', file];
    },
  });
  const address = `127.0.0.1:${server.port}`;
  const connect = (user: string, password: string): Redis =>
    new Redis({ port: server.port, username: user, password, disableClientInfo: true });
  return {
    /** What a service is told. */
    settings: (user: User) => ({ url: `redis://${user}@${address}`, password: passwords.get(user) }),
    /** A plain client. */
    as: (user: User): Redis => connect(user, passwords.get(user) ?? ''),
    asTest: (): Redis => connect('test', own),
    stop: server.stop,
  };
};
