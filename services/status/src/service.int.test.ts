import { randomUUID } from 'node:crypto';
import { openRedisLog } from '@crewboard/event-log';
import { afterAll, beforeAll } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { statusServiceSuite } from '../test/service.ts';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

statusServiceSuite('Redis', () => openRedisLog({ url: redis.url, partitions: 2, prefix: randomUUID() }));
