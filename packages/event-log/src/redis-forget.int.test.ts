import { randomUUID } from 'node:crypto';
import { aCard } from '@crewboard/contract/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { aProjection, foreign, prompt } from '../test/log-under-test.ts';
import { openRedisLog } from './redis.ts';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** All that Redis would write into a dump. */
const dump = async (): Promise<string> => {
  const admin = new Redis(redis.url);
  try {
    await admin.config('SET', 'rdbcompression', 'no');
    const keys = await admin.keys('*');
    const values = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
    return values.map((value) => value?.toString('latin1')).join('\n');
  } finally {
    admin.disconnect();
  }
};

it('what was forgotten is nowhere in what Redis keeps, though its neighbours are', async () => {
  const log = await openRedisLog({ url: redis.url, partitions: 1 });
  const [mine, other] = [randomUUID(), randomUUID()];
  for (let n = 0; n < 20; n++) await log.append([prompt(mine, `planted ${n}`), prompt(other, `neighbour ${n}`)]);
  const lease = await log.acquireLease(0, 'a', 60_000);
  if (!lease) throw new Error('the lease is taken');
  const cardOf = (sessionId: string, title: string) =>
    ({ type: 'CardChanged', sessionId, card: aCard({ sessionId, title }) }) as const;
  const changes = [cardOf(mine, 'planted title'), cardOf(other, 'neighbour title')];
  await log.save(lease, aProjection({ changes, checkpoint: '1-0' }));
  await log.append([foreign({ sessionId: mine, words: 'planted words' })]);
  await log.deadLetter({ from: 'ingest', reason: 'not JSON', raw: `{"sessionId":"${mine}","planted`, at: 1 });
  expect(await dump()).toContain('planted 19');

  await log.forget(new Set([mine]));
  const left = await dump();
  expect(left).not.toContain('planted');
  expect(left).toContain('neighbour 19');
  expect(left).toContain('neighbour title');
  await log.close();
});
