import { setTimeout as sleep } from 'node:timers/promises';
import { type Offset, START_OFFSET } from '@crewboard/contract';
import { z } from 'zod';
import { type HandedOut, readableChanges } from './entries.ts';
import type { DeadLetter, GroupEntry, GroupReader } from './event-log.ts';
import type { Keys } from './keys.ts';
import type { RedisClient } from './redis-client.ts';
import type { Connections } from './redis-connections.ts';
import { hasMissed, toRawEntry } from './redis-stream.ts';

/** In a cluster, so often a waiting read asks each partition. */
const ASK_EVERY_MS = 200;

interface GroupDeps {
  connections: Connections;
  keys: Keys;
  partitions: number;
  deadLetter(letter: DeadLetter): Promise<void>;
}

const entrySchema = z.tuple([z.string(), z.array(z.string()).nullable()]);
const claimedSchema = z.tuple([z.string(), z.array(entrySchema.nullable())]).rest(z.unknown());
const unseenReply = z.array(z.tuple([z.string(), z.array(entrySchema)]));
const pendingSchema = z.array(z.tuple([z.string(), z.string(), z.number(), z.number()]));

/** The stream or the group is gone: somebody flushed Redis, or deleted a key. */
const isGroupGone = (error: unknown): boolean => error instanceof Error && /^(NOGROUP|UNBLOCKED)/.test(error.message);

export const createRedisGroup = async (deps: GroupDeps, name: string, consumer: string): Promise<GroupReader> => {
  const { connections, keys } = deps;
  const partitionOfKey = new Map(Array.from({ length: deps.partitions }, (_, p) => [keys.board(p), p]));
  const streams = [...partitionOfKey.keys()];
  const closing = new AbortController();
  /** `COUNT` is for each stream: what came beyond the number that was asked for is kept for the next read. */
  let surplus: HandedOut[] = [];

  const ensureGroups = async (redis: RedisClient): Promise<void> => {
    for (const key of streams) {
      try {
        await redis.xgroup('CREATE', key, name, START_OFFSET, 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
      }
    }
  };

  /** `null` where the groups had to be made anew. */
  const orRenewed = async <Reply>(redis: RedisClient, run: () => Promise<Reply>): Promise<Reply | null> => {
    try {
      return await run();
    } catch (error) {
      if (!isGroupGone(error)) throw error;
      await ensureGroups(redis);
      return null;
    }
  };

  const ack: GroupReader['ack'] = async (entries) => {
    const byKey = new Map<string, Offset[]>();
    for (const { partition, offset } of entries) {
      const key = keys.board(partition);
      byKey.set(key, [...(byKey.get(key) ?? []), offset]);
    }
    const ackOf = (redis: RedisClient) => Array.from(byKey, ([key, offsets]) => redis.xack(key, name, ...offsets));
    if (byKey.size > 0) await connections.command((redis) => Promise.all(ackOf(redis)));
  };

  const readable = (handed: readonly HandedOut[]): Promise<GroupEntry[]> =>
    readableChanges(handed, { group: name, deadLetter: deps.deadLetter, ack });

  const unseenOf = async (
    redis: RedisClient,
    asked: readonly string[],
    each: number,
    blockMs: number,
  ): Promise<HandedOut[] | null> => {
    const news = asked.map(() => '>');
    const reply = await orRenewed(redis, () =>
      blockMs > 0
        ? redis.xreadgroup('GROUP', name, consumer, 'COUNT', each, 'BLOCK', blockMs, 'STREAMS', ...asked, ...news)
        : redis.xreadgroup('GROUP', name, consumer, 'COUNT', each, 'STREAMS', ...asked, ...news),
    );
    if (reply === null) return null;
    return unseenReply
      .parse(reply)
      .flatMap(([key, entries]) =>
        entries.map((entry) => ({ ...toRawEntry(entry), partition: partitionOfKey.get(key) ?? 0, deliveries: 1 })),
      );
  };

  /**
   * In a cluster a command can't wait for several partitions: each is asked, again and again. What some have is handed out
   * while others are away.
   */
  const unseenBySlot = async (redis: RedisClient, each: number, blockMs: number): Promise<HandedOut[] | null> => {
    const answers = await Promise.allSettled(streams.map((key) => unseenOf(redis, [key], each, 0)));
    const handed = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []));
    if (handed.length > 0) return handed;
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    await sleep(Math.min(blockMs, ASK_EVERY_MS));
    return null;
  };

  const fetchUnseen = async (count: number, waitMs: number, stop: readonly AbortSignal[]): Promise<HandedOut[]> => {
    const each = Math.ceil(count / streams.length);
    const handed = await connections.read(
      (redis, blockMs) =>
        connections.isCluster ? unseenBySlot(redis, each, blockMs) : unseenOf(redis, streams, each, blockMs),
      { waitMs, stop },
    );
    return handed ?? [];
  };

  const read: GroupReader['read'] = async ({ count, waitMs = 0, signal }) => {
    const stop = signal ? [signal, closing.signal] : [closing.signal];
    const until = performance.now() + waitMs;
    for (;;) {
      if (surplus.length === 0) surplus = await fetchUnseen(count, Math.max(0, until - performance.now()), stop);
      const handed = surplus.slice(0, count);
      surplus = surplus.slice(count);
      const entries = await readable(handed);
      if (entries.length > 0 || handed.length === 0) return entries;
    }
  };

  const claimFrom = async (redis: RedisClient, key: string, count: number, minIdleMs: number): Promise<HandedOut[]> => {
    const claimed: HandedOut[] = [];
    let cursor = START_OFFSET;
    do {
      const left = count - claimed.length;
      const reply = await orRenewed(redis, () =>
        redis.xautoclaim(key, name, consumer, minIdleMs, cursor, 'COUNT', left),
      );
      if (reply === null) return [];
      const [next, entries] = claimedSchema.parse(reply);
      for (const entry of entries) {
        if (!entry) continue;
        const [id] = entry;
        const [pending] = pendingSchema.parse(await redis.xpending(key, name, id, id, 1));
        claimed.push({ ...toRawEntry(entry), partition: partitionOfKey.get(key) ?? 0, deliveries: pending?.[3] ?? 1 });
      }
      cursor = next;
    } while (cursor !== START_OFFSET && claimed.length < count);
    return claimed;
  };

  const claim: GroupReader['claim'] = async ({ count, minIdleMs }) => {
    const claimed = await connections.command(async (redis) => {
      const all: HandedOut[] = [];
      for (const key of streams) {
        if (all.length === count) break;
        all.push(...(await claimFrom(redis, key, count - all.length, minIdleMs)));
      }
      return all;
    });
    return readable(claimed);
  };

  const missed: GroupReader['missed'] = () =>
    connections.command(async (redis) => {
      const asked = Array.from(partitionOfKey, async ([key, partition]) => {
        const info = await redis.xinfo('STREAM', key, 'FULL', 'COUNT', 1);
        return hasMissed(info, name) ? [partition] : [];
      });
      return (await Promise.all(asked)).flat();
    });

  await connections.command(ensureGroups);
  return { missed, read, claim, ack, close: async () => closing.abort() };
};
