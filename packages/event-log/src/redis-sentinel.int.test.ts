import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { START_OFFSET } from '@crewboard/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasRedisServer } from '../../../test/support/redis-process.ts';
import { type RunningSentinels, startSentinels } from '../../../test/support/redis-sentinel.ts';
import { eventLogContract } from '../test/contract.ts';
import { aProjection, aRow, prompt } from '../test/log-under-test.ts';
import { appendAll, follow, untilItWorks } from '../test/traffic.ts';
import { type EventLog, LogUnavailable } from './event-log.ts';
import { openRedisLog } from './redis.ts';

describe.skipIf(!(await hasRedisServer()))('behind Sentinels', () => {
  let servers: RunningSentinels;

  beforeAll(async () => {
    servers = await startSentinels();
  });
  afterAll(() => servers.stop());

  eventLogContract('guarded', (place, partitions) => openRedisLog({ url: servers.url, prefix: place, partitions }));

  describe('opening', () => {
    it('says at once that the password is wrong, and not which it was', async () => {
      const error = await openRedisLog({ url: servers.url, password: 'not-the-right-one' }).catch(
        (thrown: unknown) => thrown,
      );
      expect(String(error)).toMatch(/WRONGPASS/);
      expect(inspect(error, { depth: 9 })).not.toContain('not-the-right-one');
    });

    it('says at once that the Sentinels know no such master', async () => {
      const opening = openRedisLog({ url: servers.url.replace('/board', '/bored') });
      await expect(opening).rejects.toThrow(/no master that is called bored/);
    });
  });

  describe('when the master is killed', () => {
    const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));
    const prompts = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => prompt('session', String(from + n)));

    let log: EventLog;
    const logger = { info: vi.fn(), warn: vi.fn() };
    beforeEach(async () => {
      vi.clearAllMocks();
      log = await openRedisLog({ url: servers.url, prefix: randomUUID(), partitions: 1, logger });
    });
    afterEach(() => log.close());

    it('the Sentinels promote the replica and the log goes on, with one of them gone too', async () => {
      const lease = await log.acquireLease(0, 'a', 60_000);
      if (!lease) throw new Error('the lease is taken');
      await log.save(lease, aProjection({ rows: [aRow('session')], checkpoint: '7-0' }));
      await appendAll(log, prompts(0, 100));
      await servers.replicated();
      const reading = follow(log, '199');
      const waiting = log.read(0, { after: await log.lastOffset(0), count: 1, waitMs: 60_000 });
      await servers.watchClosely();
      await servers.sentinels[0]?.kill();
      await servers.master.kill();
      const startedAt = performance.now();
      await expect(log.append(prompts(100, 1))).rejects.toThrow(LogUnavailable);
      expect(performance.now() - startedAt).toBeLessThan(6000);

      await appendAll(log, prompts(100, 100));
      expect([...new Set(await reading)]).toEqual(numbers(200));
      expect(await waiting).toHaveLength(1);
      expect([...new Set(await follow(log, '199'))]).toEqual(numbers(200));
      expect((await log.load(0)).checkpoint).toBe('7-0');
      await untilItWorks(() => log.check());
      expect([logger.warn.mock.calls.length, logger.info.mock.calls.length]).toEqual([1, 1]);
      expect(inspect(logger.warn.mock.calls, { depth: 9 })).not.toContain(/:([^@]+)@/.exec(servers.url)?.[1]);

      // The old master comes back as a replica: nobody writes to it.
      await servers.master.restart();
      const later = await openRedisLog({ url: servers.url, prefix: randomUUID(), partitions: 1 });
      await appendAll(later, prompts(0, 10));
      expect(await follow(later, '9')).toEqual(numbers(10));
      await later.close();
    }, 90_000);

    it('and no Sentinel is there, closing ends at once', async () => {
      const waiting = log.read(0, { after: START_OFFSET, count: 1, waitMs: 60_000 });
      await Promise.all([servers.master, servers.replica, ...servers.sentinels].map((server) => server.kill()));
      await expect(log.check()).rejects.toThrow(LogUnavailable);
      const startedAt = performance.now();
      await log.close();
      expect(await waiting).toEqual([]);
      expect(performance.now() - startedAt).toBeLessThan(3000);
    }, 60_000);
  });
});
