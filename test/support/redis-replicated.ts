import { Redis } from 'ioredis';
import { PASSWORD } from './redis-process.ts';

const DEADLINE_MS = 30_000;

/** Resolves when a replica has all that the master of this port acknowledged so far. Writes a key of its own. */
export const untilReplicated = async (port: number, key: string): Promise<void> => {
  const client = new Redis({ port, password: PASSWORD });
  try {
    // Redis waits for what this connection wrote, and so for all before it.
    await client.set(key, Date.now());
    if ((await client.wait(1, DEADLINE_MS)) !== 1) throw new Error('the replica does not follow');
  } finally {
    client.disconnect();
  }
};
