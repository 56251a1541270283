import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Part } from './part.ts';

/** What a process takes of its machine. */
export type Taken = {
  rssMb: number;
  fds: number;
  watches: number;
};

const MB = 1024 * 1024;

const fdinfo = (pid: number, fd: string): string => {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    return '';
  }
};

const takenBy = (pid: number): Taken => {
  const fds = readdirSync(`/proc/${pid}/fd`);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024,
    fds: fds.length,
    watches: fds.reduce((sum, fd) => sum + (fdinfo(pid, fd).match(/^inotify /gm)?.length ?? 0), 0),
  };
};

/** Of those that run now. */
export const takenByParts = (parts: readonly Part[]): Map<string, Taken> =>
  new Map(parts.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, takenBy(pid)]])));

/** What is kept in Redis. */
export const takenByRedis = async (redis: Redis): Promise<{ keys: number; dataMb: number }> => {
  const memory = await redis.info('memory');
  return { keys: await redis.dbsize(), dataMb: Number(/used_memory:(\d+)/.exec(memory)?.[1]) / MB };
};
