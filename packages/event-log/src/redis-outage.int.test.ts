import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { START_OFFSET } from '@crewboard/contract';
import { aCard, anEvent, aSummary } from '@crewboard/contract/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { aProjection, aRow } from '../test/log-under-test.ts';
import { appendAll, follow, untilItWorks } from '../test/traffic.ts';
import { type EventLog, type Lease, LogUnavailable } from './event-log.ts';
import { createKeys } from './keys.ts';
import { openRedisLog } from './redis.ts';

const prompt = (text: string) => anEvent('PromptSubmitted', { data: { text } });
const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

let redis: RunningRedis;
let prefix: string;
let log: EventLog;
const logger = { info: vi.fn(), warn: vi.fn() };

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  vi.clearAllMocks();
  prefix = `test-${randomUUID()}`;
  log = await openRedisLog({ url: redis.url, prefix, partitions: 1, logger });
});
afterEach(() => log.close());

/** A session of which something can be found has a row. */
const giveRow = async (sessionId: string): Promise<void> => {
  const lease = await log.acquireLease(0, 'test', 60_000);
  if (!lease) throw new Error('the lease is taken');
  const rows = [{ sessionId, state: null, card: aCard({ sessionId }) }];
  await log.save(lease, {
    rows,
    removed: [],
    changes: [],
    history: [],
    story: [],
    spans: [],
    checkpoint: START_OFFSET,
  });
};

it('what a server that was made a replica refuses fails as if it were away, and works once it is a master again', async () => {
  await giveRow('a');
  const lease = await log.acquireLease(0, 'test', 60_000);
  if (!lease) throw new Error('the lease is taken');
  const group = await log.group('g', 'a');
  const admin = new Redis(redis.url);
  onTestFinished(async () => {
    await admin.replicaof('NO', 'ONE');
    admin.disconnect();
  });
  await admin.replicaof('127.0.0.1', 1);
  const writes: Record<string, () => Promise<unknown>> = {
    'one event': () => log.append([prompt('x')]),
    'several events': () => log.append(['x', 'y', 'z'].map(prompt)),
    'a lease': () => log.acquireLease(0, 'test', 60_000),
    'a step': () => log.save(lease, aProjection({ rows: [aRow('a')] })),
    'a find': () => log.appendChanges([aSummary('a', 'x')]),
    'a reset': () => log.resetBoard(),
    'a dead letter': () => log.deadLetter({ from: 'test', reason: 'x', raw: 'x', at: 0 }),
    'a trim': () => log.trim({ olderThan: Date.now() }),
    'a claim': () => group.claim({ count: 1, minIdleMs: 0 }),
    'an acknowledgement': () => group.ack([{ partition: 0, offset: '1-0' }]),
    'a group': () => log.group('h', 'a'),
    opening: () => openRedisLog({ url: redis.url, prefix, partitions: 1 }),
  };
  for (const [what, write] of Object.entries(writes)) await expect(write(), what).rejects.toThrow(LogUnavailable);

  await admin.replicaof('NO', 'ONE');
  await appendAll(log, [prompt('after')]);
  expect(await follow(log, 'after')).toEqual(['after']);
});

describe('when Redis is killed and comes back', () => {
  it('nothing acknowledged is lost, and reading goes on', async () => {
    const reading = follow(log, 'last');
    const appending = appendAll(log, [...numbers(1500), 'last'].map(prompt));
    for (let crash = 0; crash < 3; crash++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await redis.restart();
    }
    await appending;
    const seen = await reading;
    // An append that was cut off may be there twice: the fold knows repeats.
    expect([...new Set(seen)]).toEqual([...numbers(1500), 'last']);
    expect(await follow(log, 'last')).toEqual(seen);
  }, 60_000);

  it('writers fail within seconds, readers wait, and one line tells of each outage', async () => {
    await log.append([prompt('before')]);
    const waiting = log.read(0, { after: await log.lastOffset(0), count: 1, waitMs: 60_000 });
    await redis.kill();
    const startedAt = performance.now();
    const fails = [log.append([prompt('x')]), log.load(0), log.check(), log.acquireLease(0, 'a', 1000)];
    for (const failed of fails) await expect(failed).rejects.toThrow(LogUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(6000);
    const catchingUp = log.read(0, { after: START_OFFSET, count: 10 });
    const aborted = log.read(0, { after: START_OFFSET, count: 10, signal: AbortSignal.timeout(300) });
    expect(await aborted).toEqual([]);

    await redis.restart();
    expect(await catchingUp).toHaveLength(1);
    await appendAll(log, [prompt('after')]);
    expect(await waiting).toHaveLength(1);
    await vi.waitFor(() => expect(logger.info).toHaveBeenCalledTimes(1));
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(logger.warn.mock.calls)).not.toContain(new URL(redis.url).password);
  });

  it('a group keeps what it was handed and goes on', async () => {
    const change = (n: number) => aSummary('a', String(n));
    await giveRow('a');
    const group = await log.group('g', 'a');
    await log.appendChanges([change(1)]);
    expect(await group.read({ count: 5 })).toHaveLength(1);
    const waiting = group.read({ count: 5, waitMs: 60_000 });
    await redis.restart();
    await untilItWorks(() => log.check());
    await log.appendChanges([change(2)]);
    expect((await waiting).map(({ deliveries }) => deliveries)).toEqual([1]);
    expect(await group.claim({ count: 5, minIdleMs: 0 })).toHaveLength(2);
  });

  it('closing while it is away ends at once', async () => {
    const waiting = log.read(0, { after: START_OFFSET, count: 1, waitMs: 60_000 });
    await redis.kill();
    const startedAt = performance.now();
    await log.close();
    expect(await waiting).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await expect(openRedisLog({ url: redis.url, prefix })).rejects.toThrow(LogUnavailable);
    await redis.restart();
    log = await openRedisLog({ url: redis.url, prefix, partitions: 1 });
  });
});

describe('when a connection goes silent', () => {
  let proxy: Server;
  let isSilent = false;
  /** What was sent and is still on its way, to whom. */
  const held: { upstream: Socket; data: Buffer }[] = [];
  let isHolding = false;
  const pairs: [Socket, Socket][] = [];

  beforeEach(async () => {
    isSilent = false;
    isHolding = false;
    held.length = 0;
    proxy = createServer((client) => {
      const upstream = connect(Number(new URL(redis.url).port), '127.0.0.1');
      pairs.push([client, upstream]);
      client.on('data', (data: Buffer) => (isHolding ? held.push({ upstream, data }) : upstream.write(data)));
      upstream.on('data', (data) => !isSilent && client.write(data));
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('close', () => held.some((one) => one.upstream === upstream) || upstream.destroy());
    }).listen(0, '127.0.0.1');
    await log.close();
    await vi.waitUntil(() => proxy.listening);
    const url = new URL(redis.url);
    url.port = String((proxy.address() as AddressInfo).port);
    log = await openRedisLog({ url: url.href, prefix, partitions: 1 });
  });
  afterEach(async () => {
    await log.close();
    for (const [client, upstream] of pairs.splice(0)) for (const socket of [client, upstream]) socket.destroy();
    proxy.close();
  });

  it('a waiting read gives it up and goes on with another, and a write fails', async () => {
    const direct = await openRedisLog({ url: redis.url, prefix, partitions: 1 });
    const waiting = log.read(0, { after: START_OFFSET, count: 1, waitMs: 1000 });
    await vi.waitUntil(() => pairs.length > 1);
    isSilent = true;
    await direct.append([prompt('unheard')]);
    await direct.close();
    await expect(log.append([prompt('lost')])).rejects.toThrow(LogUnavailable);
    isSilent = false;
    expect(await waiting).toHaveLength(1);
    await log.append([prompt('heard')]);
  });

  it('a save that was given up and comes after all overwrites nothing', async () => {
    const save = (lease: Lease, step: number) =>
      log.save(lease, aProjection({ rows: [aRow('session', step)], checkpoint: `${step}-0` }));
    const take = async () => (await log.acquireLease(0, 'holder', 60_000)) ?? expect.fail('the lease is taken');
    const first = await take();
    await save(first, 1);
    expect(await take()).toEqual(first);

    isHolding = true;
    await expect(save(first, 2)).rejects.toThrow(LogUnavailable);
    isHolding = false;
    await untilItWorks(() => log.check());
    const second = await take();
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(await take()).toEqual(second);
    await save(second, 3);

    const before = await log.load(0);
    for (const { upstream, data } of held) {
      const reply = once(upstream, 'data');
      upstream.write(data);
      expect(String(await reply)).toBe(':0\r\n');
    }
    expect(held).toHaveLength(1);
    expect(await log.load(0)).toEqual(before);
    expect(before.checkpoint).toBe('3-0');
  });
});

describe('when somebody deletes keys', () => {
  it('a group is made anew, for a read that waits and one that does not', async () => {
    const group = await log.group('g', 'a');
    const admin = new Redis(redis.url);
    try {
      const waiting = group.read({ count: 5, waitMs: 10_000 });
      await vi.waitUntil(async () => String(await admin.info('clients')).includes('blocked_clients:1'));
      await admin.del(createKeys(prefix).board(0));
      await giveRow('a');
      await log.appendChanges([aSummary('a', 'news')]);
      expect(await waiting).toHaveLength(1);
      await admin.del(createKeys(prefix).board(0));
      expect(await group.read({ count: 5 })).toEqual([]);
      expect(await group.claim({ count: 5, minIdleMs: 0 })).toEqual([]);
    } finally {
      admin.disconnect();
    }
  });
});

describe('opening', () => {
  it('says at once that the password is wrong', async () => {
    const url = new URL(redis.url);
    url.password = 'wrong';
    await expect(openRedisLog({ url: url.href, prefix })).rejects.toThrow(/WRONGPASS/);
  });

  it('refuses a prefix that would break the keys apart', async () => {
    await expect(openRedisLog({ url: redis.url, prefix: 'a{b}' })).rejects.toThrow(RangeError);
  });
});
