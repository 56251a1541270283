import { randomBytes } from 'node:crypto';
import { compareOffsets, type Offset, START_OFFSET } from '@crewboard/contract';
import { z } from 'zod';
import { changeText, rowText } from './card-text.ts';
import { enrichmentField, readableEnrichments } from './enrichment.ts';
import {
  createChangeReader,
  cutLetter,
  eventText,
  isLetterToForget,
  isToForget,
  type RawEntry,
  toEventEntry,
} from './entries.ts';
import { type DeadLetter, type EventLog, FencedOff, LogUnavailable, type ReadOptions } from './event-log.ts';
import { createGroupCommit } from './group-commit.ts';
import { fromRingFields, type RingKind, ringFields, ringId } from './history-ring.ts';
import { createKeys } from './keys.ts';
import { ACQUIRE_LEASE, APPEND_ENRICHMENT, FIELD, RELEASE_LEASE, RESET_BOARD, runScript, SAVE } from './lua.ts';
import { groupByPartition, partitionOf } from './partition.ts';
import type { RedisClient } from './redis-client.ts';
import { type ConnectOptions, connect } from './redis-connections.ts';
import { createRedisGroup } from './redis-group.ts';
import { isNoSuchKey, NO_STREAM, type StreamEnds, toRawEntry, toStreamEnds } from './redis-stream.ts';
import { parseRow } from './rows.ts';
import { readableHistory, readableMachines, readableSpans, readableStory } from './stored.ts';

export { createGroupCommit } from './group-commit.ts';
export { createKeys } from './keys.ts';
export { runScript } from './lua.ts';
export { type Connections, type ConnectOptions, connect } from './redis-connections.ts';

export interface RedisLogOptions extends ConnectOptions {
  /** A log keeps the number that it was made with. */
  partitions?: number;
  /** Begins every key. */
  prefix?: string;
}

/** So many entries are appended in one step. */
const APPEND_STEP = 200;

/** So many entries are looked at in one step to find those of a session. */
const FORGET_STEP = 500;

/** About so many dead letters are kept. */
const DEAD_LETTERS_MAX = 10_000;

/** So many entries are dropped in one step, so that others get their turn in between. */
const TRIM_STEP = 10_000;

const CHECK_TTL_MS = 60_000;

const letterSchema = z.object({ from: z.string(), reason: z.string(), raw: z.string(), at: z.number() });
const boardReply = z.tuple([
  z.tuple([z.null(), z.array(z.string())]),
  z.tuple([z.null(), z.array(z.string())]),
  z.tuple([z.null(), z.string().nullable()]),
  // An error stands alone.
  z.tuple([z.unknown()]).rest(z.unknown()),
]);

/**
 * Appends in one transaction: all, or none where Redis refuses writes. No script, since Redis wants whoever runs one to be
 * allowed to read its keys, and there are those who may only add.
 */
const appendAll = async (redis: RedisClient, key: string, raws: readonly string[]): Promise<void> => {
  const [only] = raws;
  if (only !== undefined && raws.length === 1) {
    await redis.xadd(key, '*', FIELD, only);
    return;
  }
  const transaction = redis.multi();
  for (const raw of raws) transaction.xadd(key, '*', FIELD, raw);
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
};

/**
 * The log in Redis 7 or later, or Valkey. What `append` and `save` resolved for is as safe as Redis was told to keep it:
 * `appendonly yes` (a crash loses the last second or two), and `maxmemory-policy noeviction`. What `forget` erased is gone from
 * memory and dumps with `stream-node-max-entries 1`: else Redis only marks it, for as long as there are entries stored beside it.
 * Throws `LogUnavailable` where Redis can't be reached for some seconds.
 */
export const openRedisLog = async (options: RedisLogOptions): Promise<EventLog> => {
  const { partitions: count = 4, prefix = 'crewboard' } = options;
  const keys = createKeys(prefix);
  const connections = await connect(options);
  const { command } = connections;

  const checkPartitions = async (): Promise<void> => {
    // Never overwrites, and so is the only right that all who open the log need on it.
    await command((redis) => redis.setnx(keys.partitions, count));
    const stored = await command((redis) => redis.get(keys.partitions));
    if (stored !== String(count)) {
      throw new Error(`the log ${prefix} has ${stored} partitions and can't be opened with ${count}`);
    }
  };
  try {
    await checkPartitions();
  } catch (error) {
    await connections.close();
    throw error;
  }

  const assertPartition = (partition: number): void => {
    if (!(partition >= 0 && partition < count)) throw new RangeError(`there is no partition ${partition}`);
  };

  /**
   * One step after another: where one fails nothing behind it is appended, so what is sent again keeps its order. Resolves with how
   * many were appended.
   */
  const inSteps = async <Item extends { sessionId: string }>(
    items: readonly Item[],
    appendStep: (partition: number, step: readonly Item[]) => Promise<number>,
  ): Promise<number> => {
    const appendPartition = async ([partition, batch]: [number, Item[]]): Promise<number> => {
      let appended = 0;
      for (let at = 0; at < batch.length; at += APPEND_STEP) {
        appended += await appendStep(partition, batch.slice(at, at + APPEND_STEP));
      }
      return appended;
    };
    const counts = await Promise.all([...groupByPartition(items, count)].map(appendPartition));
    return counts.reduce((sum, appended) => sum + appended, 0);
  };

  const readFrom = async (
    key: string,
    { after, count: most, waitMs = 0, signal }: ReadOptions,
  ): Promise<RawEntry[]> => {
    const reply = await connections.read(
      (redis, blockMs) =>
        blockMs > 0
          ? redis.xread('COUNT', most, 'BLOCK', blockMs, 'STREAMS', key, after)
          : redis.xread('COUNT', most, 'STREAMS', key, after),
      { waitMs, stop: signal ? [signal] : [] },
    );
    return (reply?.[0]?.[1] ?? []).map(toRawEntry);
  };

  const streamEnds = async (key: string): Promise<StreamEnds> => {
    try {
      return toStreamEnds(await command((redis) => redis.xinfo('STREAM', key)));
    } catch (error) {
      if (isNoSuchKey(error)) return NO_STREAM;
      throw error;
    }
  };

  const deadLetter = async (letter: DeadLetter): Promise<void> => {
    const raw = JSON.stringify(cutLetter(letter));
    await command((redis) => redis.xadd(keys.deadLetters, 'MAXLEN', '~', DEAD_LETTERS_MAX, '*', FIELD, raw));
  };

  const trimStream = async (key: string, strategy: 'MINID' | 'MAXLEN', threshold: Offset | number): Promise<void> => {
    const trimStep = (redis: RedisClient) => redis.call('XTRIM', key, strategy, '~', threshold, 'LIMIT', TRIM_STEP);
    while ((await command(trimStep)) !== 0);
  };

  const firstUnfolded = async (partition: number): Promise<Offset | undefined> => {
    const checkpoint = (await command((redis) => redis.get(keys.checkpoint(partition)))) ?? START_OFFSET;
    const next = (redis: RedisClient) => redis.xread('COUNT', 1, 'STREAMS', keys.events(partition), checkpoint);
    return (await command(next))?.[0]?.[1]?.[0]?.[0];
  };

  /** What comes while it looks is left: it ends, however busy the stream is. */
  const removeFrom = async (key: string, isUnwanted: (raw: string) => boolean): Promise<void> => {
    const { last: end } = await streamEnds(key);
    for (let after = START_OFFSET; ; ) {
      const step = await command((redis) => redis.xrange(key, `(${after}`, end, 'COUNT', FORGET_STEP));
      const entries = step.map(toRawEntry);
      const last = entries.at(-1);
      if (!last) return;
      const offsets = entries.filter(({ raw }) => isUnwanted(raw)).map(({ offset }) => offset);
      if (offsets.length > 0) await command((redis) => redis.xdel(key, ...offsets));
      after = last.offset;
    }
  };

  const readRing = async (kind: RingKind, sessionId: string): Promise<string[]> => {
    const key = keys.history(partitionOf(sessionId, count));
    return fromRingFields(await command((redis) => redis.hmget(key, ...ringFields(ringId(kind, sessionId)))));
  };

  const leaseKeys = (partition: number): string[] => [keys.lease(partition), keys.fence(partition)];
  const boardKeys = (partition: number): string[] => [
    keys.fence(partition),
    keys.rows(partition),
    keys.board(partition),
    keys.checkpoint(partition),
    keys.history(partition),
  ];
  /** Partitions of which a step came to nothing that may still be on its way to Redis: their next lease gets a new fence. */
  const doubtful = new Set<number>();
  const orDoubt = async <Reply>(partition: number, run: (redis: RedisClient) => Promise<Reply>): Promise<Reply> => {
    try {
      return await command(run);
    } catch (error) {
      if (error instanceof LogUnavailable) doubtful.add(partition);
      throw error;
    }
  };

  /** One for each partition: a gateway that is told of one event by each of many agents would else make a transaction of each. */
  const appenders = new Map<number, (raws: readonly string[]) => Promise<void>>();
  const appenderOf = (partition: number): ((raws: readonly string[]) => Promise<void>) => {
    const known = appenders.get(partition);
    if (known) return known;
    const commit = (raws: readonly string[]) => command((redis) => appendAll(redis, keys.events(partition), raws));
    const appender = createGroupCommit(commit, APPEND_STEP);
    appenders.set(partition, appender);
    return appender;
  };

  const newEpoch = (): string => randomBytes(6).toString('hex');

  const readChanges = createChangeReader({
    read: (partition, readOptions) => readFrom(keys.board(partition), readOptions),
    deadLetter,
  });

  return {
    partitions: count,
    // Requests that come meanwhile are one step anyway, and a lost connection says nothing of what came through.
    appendsAhead: 1,
    epoch: async () => {
      const stored = await command((redis) => redis.get(keys.epoch));
      if (stored !== null) return stored;
      await command((redis) => redis.setnx(keys.epoch, newEpoch()));
      return (await command((redis) => redis.get(keys.epoch))) ?? '';
    },

    append: async (events) => {
      await inSteps(events, async (partition, step) => {
        await appenderOf(partition)(step.map(eventText));
        return step.length;
      });
    },
    read: async (partition, readOptions) => {
      assertPartition(partition);
      return (await readFrom(keys.events(partition), readOptions)).map(toEventEntry);
    },
    lastOffset: async (partition) => {
      assertPartition(partition);
      return (await streamEnds(keys.events(partition))).last;
    },

    acquireLease: async (partition, holder, ttlMs) => {
      assertPartition(partition);
      const isDoubtful = doubtful.has(partition) ? 1 : 0;
      const reply = await orDoubt(partition, (redis) =>
        runScript(redis, ACQUIRE_LEASE, leaseKeys(partition), [holder, ttlMs, isDoubtful]),
      );
      doubtful.delete(partition);
      const fence = z.number().parse(reply);
      return fence === 0 ? undefined : { partition, fence };
    },
    releaseLease: async (lease, holder) => {
      await command((redis) => runScript(redis, RELEASE_LEASE, leaseKeys(lease.partition), [holder, lease.fence]));
    },

    load: async (partition) => {
      assertPartition(partition);
      const reply = await command((redis) =>
        redis
          .multi()
          .hvals(keys.rows(partition))
          .hvals(keys.enrichment(partition))
          .get(keys.checkpoint(partition))
          .xinfo('STREAM', keys.board(partition))
          .exec(),
      );
      const [[, rows], [, enrichments], [, checkpoint], [noStream, stream]] = boardReply.parse(reply);
      return {
        rows: rows.map(parseRow),
        enrichments: readableEnrichments(enrichments),
        checkpoint: checkpoint ?? START_OFFSET,
        changesOffset: noStream ? NO_STREAM.last : toStreamEnds(stream).last,
      };
    },
    save: async (lease, { rows, removed, changes, history, story, spans, checkpoint }) => {
      assertPartition(lease.partition);
      const reply = await orDoubt(lease.partition, (redis) =>
        runScript(
          redis,
          SAVE,
          [...boardKeys(lease.partition), keys.enrichment(lease.partition)],
          [
            lease.fence,
            checkpoint,
            removed.length,
            rows.length,
            history.length + story.length + spans.length,
            ...removed,
            ...rows.flatMap((row) => [row.sessionId, rowText(row)]),
            ...history.flatMap(({ sessionId, change }) => [ringId('history', sessionId), JSON.stringify(change)]),
            ...story.flatMap(({ sessionId, entry }) => [ringId('story', sessionId), JSON.stringify(entry)]),
            ...spans.flatMap(({ sessionId, span }) => [ringId('spans', sessionId), JSON.stringify(span)]),
            ...changes.map(changeText),
          ],
        ),
      );
      if (reply !== 1) throw new FencedOff(lease);
    },
    resetBoard: async () => {
      // The epoch first: a reset that breaks off is seen as one, and is done again by whoever asked for it.
      await command((redis) => redis.set(keys.epoch, newEpoch()));
      for (let partition = 0; partition < count; partition++) {
        await command((redis) => runScript(redis, RESET_BOARD, boardKeys(partition), []));
      }
    },

    history: async (sessionId) => readableHistory(await readRing('history', sessionId)),
    spans: async (sessionId) => readableSpans(await readRing('spans', sessionId)),
    story: async (sessionId) => readableStory(await readRing('story', sessionId)),

    saveMachine: async (machine) => {
      await command((redis) => redis.hset(keys.machines, machine.report.machine, JSON.stringify(machine)));
    },
    machines: async () => readableMachines(await command((redis) => redis.hvals(keys.machines))),

    removeMachine: async (machine) => {
      await command((redis) => redis.hdel(keys.machines, machine));
    },
    checkpoint: async (partition) => {
      assertPartition(partition);
      return (await command((redis) => redis.get(keys.checkpoint(partition)))) ?? START_OFFSET;
    },
    forget: async (sessionIds) => {
      const isUnwanted = (raw: string): boolean => isToForget(raw, sessionIds);
      for (const partition of new Set(Array.from(sessionIds, (id) => partitionOf(id, count)))) {
        await removeFrom(keys.events(partition), isUnwanted);
        await removeFrom(keys.board(partition), isUnwanted);
      }
      await removeFrom(keys.deadLetters, (raw) => isLetterToForget(raw, sessionIds));
    },

    appendChanges: (changes) =>
      inSteps(changes, async (partition, step) => {
        const places = [keys.board(partition), keys.enrichment(partition), keys.rows(partition)];
        const args = step.flatMap((change) => [change.sessionId, enrichmentField(change), JSON.stringify(change)]);
        return z.number().parse(await command((redis) => runScript(redis, APPEND_ENRICHMENT, places, args)));
      }),
    readChanges: async (partition, readOptions) => {
      assertPartition(partition);
      return readChanges(partition, readOptions);
    },
    changesHorizon: async (partition) => {
      assertPartition(partition);
      return (await streamEnds(keys.board(partition))).horizon;
    },

    group: (name, consumer) => createRedisGroup({ connections, keys, partitions: count, deadLetter }, name, consumer),

    deadLetter,
    deadLetters: async (most) => {
      const entries = await command((redis) => redis.xrevrange(keys.deadLetters, '+', '-', 'COUNT', most));
      return entries.map((entry) => letterSchema.parse(JSON.parse(toRawEntry(entry).raw)));
    },

    trim: async ({ olderThan, maxEntries }) => {
      const heldBack: number[] = [];
      for (let partition = 0; partition < count; partition++) {
        if (olderThan !== undefined) {
          const oldest = `${Math.trunc(olderThan)}-0`;
          const unfolded = await firstUnfolded(partition);
          const isHeldBack = unfolded !== undefined && compareOffsets(unfolded, oldest) < 0;
          if (isHeldBack) heldBack.push(partition);
          await trimStream(keys.events(partition), 'MINID', isHeldBack ? unfolded : oldest);
          await trimStream(keys.board(partition), 'MINID', oldest);
        }
        if (maxEntries === undefined) continue;
        for (const key of [keys.events(partition), keys.board(partition)]) await trimStream(key, 'MAXLEN', maxEntries);
      }
      return { heldBack };
    },

    check: async () => {
      // Each partition: in a cluster some may be away.
      const now = Date.now();
      const checks = (redis: RedisClient) =>
        Array.from({ length: count }, (_, partition) => redis.set(keys.check(partition), now, 'PX', CHECK_TTL_MS));
      await command((redis) => Promise.all(checks(redis)));
    },
    close: () => connections.close(),
  };
};
