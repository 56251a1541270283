import { afterAll, beforeAll } from 'vitest';
import { type RunningCluster, startRedisCluster } from '../../../test/support/redis-cluster.ts';
import { eventLogContract } from '../test/contract.ts';
import { openRedisLog } from './redis.ts';

let cluster: RunningCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

eventLogContract('Redis Cluster', (place, partitions) => openRedisLog({ url: cluster.url, prefix: place, partitions }));
