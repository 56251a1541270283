import { afterAll, beforeAll } from 'vitest';
import { type RunningSentinels, startSentinels } from '../../../test/support/redis-sentinel.ts';
import { eventLogContract } from '../test/contract.ts';
import { openRedisLog } from './redis.ts';

let sentinels: RunningSentinels;

beforeAll(async () => {
  sentinels = await startSentinels();
});
afterAll(() => sentinels.stop());

eventLogContract('Sentinel', (place, partitions) => openRedisLog({ url: sentinels.url, prefix: place, partitions }));
