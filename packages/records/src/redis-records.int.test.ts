import { LogUnavailable } from '@crewboard/event-log';
import { createKeys } from '@crewboard/event-log/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { recordsContract } from '../test/contract.ts';
import { openRedisRecords } from './redis-records.ts';

let redis: RunningRedis;
let admin: Redis;

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

recordsContract('Redis', {
  open: (prefix, now) => openRedisRecords({ url: redis.url, prefix, now }),
  damage: async (prefix, kind, id, text) => {
    await admin.hset(createKeys(prefix).records(kind), id, text);
  },
  count: (prefix, kind) => admin.hlen(createKeys(prefix).records(kind)),
});

describe('when Redis is away', () => {
  it('each call fails within seconds, and all is there when it is back', async () => {
    const records = await openRedisRecords({ url: redis.url, prefix: 'outage' });
    await records.update('machine', 'a', () => ({ value: 1 }));
    await redis.kill();
    for (const call of [
      records.get('machine', 'a'),
      records.list('machine'),
      records.update('machine', 'a', () => 'remove'),
    ]) {
      await expect(call).rejects.toThrow(LogUnavailable);
    }
    await redis.restart();
    await expect.poll(() => records.get('machine', 'a').catch(() => 'away'), { timeout: 15_000 }).toBe(1);
    await records.close();
  });

  it('a prefix that would break the keys apart is refused', async () => {
    await expect(openRedisRecords({ url: redis.url, prefix: 'a{b}' })).rejects.toThrow(RangeError);
  });
});
