import { afterAll, beforeAll } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { eventLogContract } from '../test/contract.ts';
import { openRedisLog } from './redis.ts';

let redis: RunningRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

eventLogContract('Redis', (place, partitions) => openRedisLog({ url: redis.url, prefix: place, partitions }));
