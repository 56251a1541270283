import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { type EventLog, openEmbeddedLog, openRedisLog } from '@crewboard/event-log';
import { demoEvents } from '../cli/src/demo/events.ts';
import { type Running, tempDir } from './process.ts';
import { startRedisServer } from './redis-server.ts';
import { type Benchmark, percentiles, type Row, rounded } from './report.ts';

const EVENTS = 20_000;
/** One by one is slow where each append is made durable: fewer will do. */
const EVENTS_ONE_BY_ONE = 2_000;
const READ_COUNT = 1_000;

const events = (count: number): SessionEvent[] => {
  const all: SessionEvent[] = [];
  for (const { event } of demoEvents(1, Date.now())) {
    if (all.push(event) >= count) break;
  }
  return all;
};

const measure = async (backend: string, open: () => Promise<EventLog>): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const batch of [1, 10, 100, 1_000]) {
    const log = await open();
    try {
      const all = events(batch === 1 ? EVENTS_ONE_BY_ONE : EVENTS);
      const calls: number[] = [];
      const begun = performance.now();
      for (let from = 0; from < all.length; from += batch) {
        const before = performance.now();
        await log.append(all.slice(from, from + batch));
        calls.push(performance.now() - before);
      }
      const seconds = (performance.now() - begun) / 1_000;
      const { 'p50 ms': p50, 'p99 ms': p99 } = percentiles(calls);
      rows.push({
        backend,
        what: `append ${batch}`,
        'events/s': rounded(all.length / seconds),
        'p50 ms': p50 ?? 0,
        'p99 ms': p99 ?? 0,
      });
      if (batch === 1_000) rows.push(await measureRead(backend, log, all.length));
    } finally {
      await log.close();
    }
  }
  return rows;
};

const measureRead = async (backend: string, log: EventLog, expected: number): Promise<Row> => {
  let count = 0;
  const calls: number[] = [];
  const begun = performance.now();
  for (let partition = 0; partition < log.partitions; partition++) {
    let after = START_OFFSET;
    for (;;) {
      const before = performance.now();
      const entries = await log.read(partition, { after, count: READ_COUNT });
      calls.push(performance.now() - before);
      const last = entries.at(-1);
      if (!last) break;
      count += entries.length;
      after = last.offset;
    }
  }
  const seconds = (performance.now() - begun) / 1_000;
  if (count !== expected) throw new Error(`${backend}: ${count} of ${expected} events came back`);
  const { 'p50 ms': p50, 'p99 ms': p99 } = percentiles(calls);
  return {
    backend,
    what: `read ${READ_COUNT}`,
    'events/s': rounded(count / seconds),
    'p50 ms': p50 ?? 0,
    'p99 ms': p99 ?? 0,
  };
};

/** The server that REDIS_URL names, or one of its own where redis-server is installed; `undefined` where there is none. */
const redisServer = async (): Promise<{ url: string; server?: Running } | undefined> => {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL };
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return startRedisServer();
};

const measureRedis = async (): Promise<Row[]> => {
  const redis = await redisServer();
  if (!redis) return [];
  try {
    return await measure('redis', () =>
      openRedisLog({ url: redis.url, partitions: 4, prefix: `crewboard-bench-${randomUUID()}` }),
    );
  } finally {
    await redis.server?.stop();
  }
};

export const benchmark: Benchmark = {
  about:
    'How fast both event logs take and give events (embedded: on disk; Redis: REDIS_URL, or one of its own with AOF everysec)',
  run: async () => {
    const embedded = await measure('embedded', () => openEmbeddedLog({ dir: tempDir() }));
    return [...embedded, ...(await measureRedis())];
  },
};
