import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { START_OFFSET } from '@crewboard/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningCluster, startRedisCluster } from '../../../test/support/redis-cluster.ts';
import { hasRedisServer } from '../../../test/support/redis-process.ts';
import { eventLogContract } from '../test/contract.ts';
import { prompt } from '../test/log-under-test.ts';
import { appendAll, follow, PATIENCE_MS, untilItWorks } from '../test/traffic.ts';
import { type EventLog, LogUnavailable } from './event-log.ts';
import { partitionOf } from './partition.ts';
import { openRedisLog } from './redis.ts';

describe.skipIf(!(await hasRedisServer()))('on a Redis Cluster', () => {
  let cluster: RunningCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  eventLogContract('clustered', (place, partitions) => openRedisLog({ url: cluster.url, prefix: place, partitions }));

  describe('when nodes are killed', () => {
    const PARTITIONS = 4;
    /** Partitions by the master of their slots, which the hash tag settles. */
    const [ON_FIRST, ON_SECOND] = [3, 1];
    const sessionIn = (partition: number): string => {
      for (let n = 0; ; n++) if (partitionOf(`session-${n}`, PARTITIONS) === partition) return `session-${n}`;
    };
    const prompts = (partition: number, from: number, count: number) =>
      Array.from({ length: count }, (_, n) => prompt(sessionIn(partition), String(from + n)));
    const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

    let log: EventLog;
    const logger = { info: vi.fn(), warn: vi.fn() };
    beforeEach(async () => {
      vi.clearAllMocks();
      log = await openRedisLog({ url: cluster.url, prefix: randomUUID(), partitions: PARTITIONS, logger });
    });
    afterEach(() => log.close());

    it('writers fail and readers wait while a node is away; then both go on, and one line tells of each', async () => {
      const group = await log.group('g', 'a');
      await log.append(prompts(ON_SECOND, 0, 20));
      const reading = follow(log, '39', ON_SECOND);
      await cluster.masters[1].kill();
      const startedAt = performance.now();
      await expect(log.append(prompts(ON_SECOND, 20, 1))).rejects.toThrow(LogUnavailable);
      await expect(log.check()).rejects.toThrow(LogUnavailable);
      expect(performance.now() - startedAt).toBeLessThan(12_000);
      const grouped = group.read({ count: 5, waitMs: 0 });
      const aborted = log.read(ON_SECOND, { after: START_OFFSET, count: 1, signal: AbortSignal.timeout(300) });
      expect(await aborted).toEqual([]);

      await cluster.masters[1].restart();
      await appendAll(log, prompts(ON_SECOND, 20, 20));
      expect([...new Set(await reading)]).toEqual(numbers(40));
      expect(await grouped).toEqual([]);
      await untilItWorks(() => log.check());
      // It is back when no node failed for a while.
      const told = async (): Promise<boolean> => {
        await log.check();
        return logger.info.mock.calls.length > 0;
      };
      await vi.waitUntil(told, { timeout: PATIENCE_MS, interval: 200 });
      expect([logger.warn.mock.calls.length, logger.info.mock.calls.length]).toEqual([1, 1]);
      expect(inspect(logger.warn.mock.calls, { depth: 9 })).not.toContain(/:([^@]+)@/.exec(cluster.url)?.[1]);
    }, 90_000);

    it('a replica takes over from a master that is killed, and nothing that it had is lost', async () => {
      await appendAll(log, prompts(ON_FIRST, 0, 100));
      await cluster.replicated();
      const reading = follow(log, '199', ON_FIRST);
      await cluster.masters[0].kill();
      await appendAll(log, prompts(ON_FIRST, 100, 100));
      expect([...new Set(await reading)]).toEqual(numbers(200));
      expect([...new Set(await follow(log, '199', ON_FIRST))]).toEqual(numbers(200));
      await cluster.masters[0].restart();
    }, 90_000);
  });

  describe('opening', () => {
    it('says at once that the password is wrong, and not which it was', async () => {
      const opening = openRedisLog({ url: cluster.url, password: 'not-the-right-one' });
      const error = await opening.catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/WRONGPASS/);
      expect(inspect(error, { depth: 9 })).not.toContain('not-the-right-one');
    });

    it('says that one node is no server by itself', async () => {
      const urls = cluster.masters.map(({ port }) =>
        cluster.url.replace(/^redis\+cluster(.*@).*/, `redis$1127.0.0.1:${port}`),
      );
      const opened = await Promise.allSettled(
        urls.map((url) => openRedisLog({ url, prefix: randomUUID(), partitions: 4 })),
      );
      const reasons = opened.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
      for (const one of opened) if (one.status === 'fulfilled') await one.value.close();
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toContain('redis+cluster://');
    });
  });

  describe('when all nodes are killed', () => {
    it('closing ends at once', async () => {
      const log = await openRedisLog({ url: cluster.url, prefix: randomUUID() });
      const waiting = log.read(1, { after: START_OFFSET, count: 1, waitMs: 60_000 });
      await Promise.all([...cluster.masters, cluster.replicaOfFirst].map((node) => node.kill()));
      await expect(log.check()).rejects.toThrow(LogUnavailable);
      const startedAt = performance.now();
      await log.close();
      expect(await waiting).toEqual([]);
      expect(performance.now() - startedAt).toBeLessThan(3000);
    }, 60_000);
  });
});
