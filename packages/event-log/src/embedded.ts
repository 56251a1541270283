import type { SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { changeText, rowText } from './card-text.ts';
import { createEmbeddedGroup } from './embedded-group.ts';
import type { StoredChange } from './embedded-history.ts';
import { createSteps } from './embedded-steps.ts';
import { openStore, type PartitionStore } from './embedded-store.ts';
import { ENRICHMENT_KINDS, enrichmentField, readableEnrichments } from './enrichment.ts';
import {
  createChangeReader,
  cutLetter,
  eventText,
  isLetterToForget,
  isToForget,
  type RawEntry,
  toEventEntry,
} from './entries.ts';
import {
  type DeadLetter,
  type EventLog,
  type EventText,
  FencedOff,
  LogUnavailable,
  type ReadOptions,
} from './event-log.ts';
import { type RingKind, ringId } from './history-ring.ts';
import { createLeases } from './leases.ts';
import { groupByPartition, partitionOf } from './partition.ts';
import { parseRow } from './rows.ts';
import type { Claim, Sequence } from './sequence.ts';
import { readableHistory, readableMachines, readableSpans, readableStory } from './stored.ts';
import { createWaits } from './waits.ts';
import { createWriteBehind, type WriteBehind } from './write-behind.ts';

export interface EmbeddedLogOptions {
  /** The log's own folder; made where there is none. */
  dir: string;
  /** A folder keeps the number that it was made with. */
  partitions?: number;
  /** Folders of other stores that are opened with it: none of them is where one is damaged. */
  beside?: readonly string[];
}

/** So many dead letters are kept. */
const DEAD_LETTERS_MAX = 10_000;

/** Each is held in memory until it is on disk. */
const APPENDS_AHEAD = 32;

const deadLetterSchema = z.object({ from: z.string(), reason: z.string(), raw: z.string(), at: z.number() });

const RINGS: readonly RingKind[] = ['history', 'story', 'spans'];

const toRing = (kind: RingKind, sessionId: string, entry: unknown): StoredChange => ({
  ring: ringId(kind, sessionId),
  raw: JSON.stringify(entry),
});

const nameKey = (name: string): Uint8Array => Buffer.from(name);

/**
 * The log in a folder, for one process at a time: a second one gets `LogInUse`. `StoreDamaged` where it can't be read any more.
 *
 * Nobody waits for the disk: events and changes can be read as soon as they are given, before they are written. What `append` resolved
 * for outlives the process, `kill -9` included; a fold's step outlives it soon after `save`, or is taken again from the checkpoint. A power
 * loss may take the last moments (usually some 10 ms), never the order or the rest. Transcripts are the source of all events, and a
 * reader of them that keeps its cursor elsewhere may then be ahead of the log.
 */
export const openEmbeddedLog = async (options: EmbeddedLogOptions): Promise<EventLog> => {
  const { dir, partitions: count = 1, beside = [] } = options;
  const { store, close } = await openStore(dir, count, beside);
  const waits = createWaits();
  const { root } = store;
  const writeBehind = (kind: string): WriteBehind =>
    createWriteBehind(() => {
      // Else it may be what this turn of the event loop saw first.
      root.resetReadTxn();
      return store.written(kind);
    });
  const appends = writeBehind('appends');
  const boards = Array.from(store.partitions.keys(), (partition) => {
    const kind = `steps/${partition}`;
    const writes = writeBehind(kind);
    return { kind, writes, steps: createSteps(writes) };
  });
  let closing: Promise<void> | undefined;
  const isClosed = (): boolean => closing !== undefined;

  const assertOpen = (): void => {
    if (isClosed()) throw new LogUnavailable(`the log in ${dir} is closed`);
  };
  const part = (partition: number): PartitionStore => {
    assertOpen();
    const found = store.partitions[partition];
    if (!found) throw new RangeError(`there is no partition ${partition}`);
    return found;
  };
  const boardOf = (partition: number) => {
    assertOpen();
    const found = boards[partition];
    if (!found) throw new RangeError(`there is no partition ${partition}`);
    return found;
  };
  const transact = async <Result>(action: () => Result): Promise<Result> => {
    assertOpen();
    try {
      return await root.childTransaction(action);
    } catch (error) {
      if (error instanceof FencedOff) throw error;
      throw new LogUnavailable(`the log in ${dir} can't be written`, { cause: error });
    }
  };

  /** Writes what was claimed, and what else belongs to it. Where that fails, nobody sees the claims any more. */
  const write = async <Result>(claims: readonly Claim[], action: () => Result): Promise<Result> => {
    try {
      const result = await transact(() => {
        const done = action();
        for (const claim of claims) claim.write();
        return done;
      });
      for (const claim of claims) claim.settle();
      return result;
    } catch (error) {
      for (const claim of claims) claim.withdraw();
      throw error;
    }
  };

  const claim = (sequence: Sequence, raws: readonly string[]): Claim => {
    const claimed = sequence.claim(raws);
    if (raws.length > 0) waits.notify(sequence.topic);
    return claimed;
  };

  const append = async (events: readonly (SessionEvent | EventText)[]): Promise<void> => {
    const batches = [...groupByPartition(events, count)].map(([partition, batch]) => ({
      sequence: part(partition).events,
      raws: batch.map(eventText),
    }));
    if (batches.length === 0) return;
    const claims = batches.map(({ sequence, raws }) => claim(sequence, raws));
    await appends.add((number) => write(claims, () => store.countWrite('appends', number)));
  };

  const readFrom = async (sequence: Sequence, options: ReadOptions): Promise<RawEntry[]> => {
    const until = performance.now() + (options.waitMs ?? 0);
    for (;;) {
      const entries = sequence.read(options.after, options.count);
      // Whoever catches up in a tight loop would else keep timers and sockets waiting: nothing here ever blocks.
      if (entries.length === options.count) await new Promise((resolve) => setImmediate(resolve));
      const leftMs = until - performance.now();
      if (entries.length > 0 || leftMs <= 0 || options.signal?.aborted) return entries;
      await waits.wait([sequence.topic], leftMs, options.signal ? [options.signal] : []);
      if (isClosed()) return [];
    }
  };

  const deadLetter = async (letter: DeadLetter): Promise<void> => {
    assertOpen();
    await write([store.deadLetters.claim([JSON.stringify(cutLetter(letter))])], () => undefined);
    await store.deadLetters.trim({ maxEntries: DEAD_LETTERS_MAX });
  };

  /** What is read of a board beside its changes is on disk: steps on their way are waited for. */
  const readRing = async (kind: RingKind, sessionId: string): Promise<string[]> => {
    const partition = partitionOf(sessionId, count);
    await boardOf(partition).writes.settled();
    return part(partition).rings.read(ringId(kind, sessionId));
  };

  const leases = createLeases({
    read: (partition) => store.fence(partition),
    raise: (partition) => transact(() => store.raiseFence(partition)),
  });
  const readChanges = createChangeReader({
    read: (partition, options) => readFrom(part(partition).changes, options),
    deadLetter,
  });

  return {
    partitions: count,
    appendsAhead: APPENDS_AHEAD,
    epoch: async () => {
      assertOpen();
      return store.epoch();
    },

    append,
    read: async (partition, options) => (await readFrom(part(partition).events, options)).map(toEventEntry),
    lastOffset: async (partition) => part(partition).events.last(),

    acquireLease: async (partition, holder, ttlMs) => {
      part(partition);
      return leases.acquire(partition, holder, ttlMs);
    },
    releaseLease: async (lease, holder) => {
      assertOpen();
      leases.release(lease, holder);
    },

    load: async (partition) => {
      await boardOf(partition).steps.restart();
      const { rows, changes, enrichments } = part(partition);
      const raws = Array.from(rows.getRange({}), ({ value }) => value);
      const at = { checkpoint: store.checkpoint(partition), changesOffset: changes.lastOnDisk() };
      const known = Array.from(enrichments.getRange({}), ({ value }) => value);
      return { rows: raws.map(parseRow), enrichments: readableEnrichments(known), ...at };
    },
    save: async (lease, projection) => {
      leases.assertNewest(lease);
      const { rows, changes, rings, enrichments } = part(lease.partition);
      const saved = projection.rows.map((row) => [nameKey(row.sessionId), rowText(row)] as const);
      const appended = projection.changes.map(changeText);
      const told = [
        ...projection.history.map(({ sessionId, change }) => toRing('history', sessionId, change)),
        ...projection.story.map(({ sessionId, entry }) => toRing('story', sessionId, entry)),
        ...projection.spans.map(({ sessionId, span }) => toRing('spans', sessionId, span)),
      ];
      const { kind, steps } = boardOf(lease.partition);
      const step = (number: number): void => {
        leases.assertNewest(lease);
        store.countWrite(kind, number);
        for (const sessionId of projection.removed) {
          rows.removeSync(nameKey(sessionId));
          for (const ring of RINGS) rings.remove(ringId(ring, sessionId));
          for (const type of ENRICHMENT_KINDS) enrichments.removeSync(nameKey(enrichmentField({ type, sessionId })));
        }
        for (const [key, raw] of saved) rows.putSync(key, raw);
        rings.append(told);
        store.setCheckpoint(lease.partition, projection.checkpoint);
      };
      await steps.take((number) => write([claim(changes, appended)], () => step(number)));
    },
    resetBoard: () => transact(() => store.clearBoard()),

    history: async (sessionId) => readableHistory(await readRing('history', sessionId)),
    spans: async (sessionId) => readableSpans(await readRing('spans', sessionId)),
    story: async (sessionId) => readableStory(await readRing('story', sessionId)),

    saveMachine: async (machine) => {
      const raw = JSON.stringify(machine);
      await transact(() => store.machines.putSync(nameKey(machine.report.machine), raw));
    },
    machines: async () => {
      assertOpen();
      return readableMachines(Array.from(store.machines.getRange({}), ({ value }) => value));
    },

    removeMachine: (machine) => transact(() => void store.machines.removeSync(nameKey(machine))),
    checkpoint: async (partition) => {
      await boardOf(partition).writes.settled();
      part(partition);
      return store.checkpoint(partition);
    },
    forget: async (sessionIds) => {
      assertOpen();
      const isUnwanted = (raw: string): boolean => isToForget(raw, sessionIds);
      for (const partition of new Set(Array.from(sessionIds, (id) => partitionOf(id, count)))) {
        const { events, changes } = part(partition);
        await events.removeWhere(isUnwanted);
        await changes.removeWhere(isUnwanted);
      }
      await store.deadLetters.removeWhere((raw) => isLetterToForget(raw, sessionIds));
    },

    appendChanges: async (changes) => {
      const claims: Claim[] = [];
      await write(claims, () => {
        for (const change of changes) {
          const { rows, changes: changelog, enrichments } = part(partitionOf(change.sessionId, count));
          if (!rows.doesExist(nameKey(change.sessionId))) continue;
          const raw = JSON.stringify(change);
          enrichments.putSync(nameKey(enrichmentField(change)), raw);
          claims.push(claim(changelog, [raw]));
        }
      });
      return claims.length;
    },
    readChanges: async (partition, options) => readChanges(partition, options),
    changesHorizon: async (partition) => part(partition).changes.horizon(),

    group: async (name, consumer) => {
      assertOpen();
      return createEmbeddedGroup({ store, waits, deadLetter, isClosed }, name, consumer);
    },

    deadLetter,
    deadLetters: async (letters) => {
      assertOpen();
      return store.deadLetters.newest(letters).map(({ raw }) => deadLetterSchema.parse(JSON.parse(raw)));
    },

    trim: async (options) => {
      assertOpen();
      const { olderThan } = options;
      const heldBack: number[] = [];
      for (const [partition, { events, changes }] of store.partitions.entries()) {
        await boardOf(partition).writes.settled();
        const keepFrom = events.read(store.checkpoint(partition), 1)[0]?.offset;
        if (keepFrom && olderThan !== undefined && events.isOlder(keepFrom, olderThan)) heldBack.push(partition);
        await events.trim({ ...options, keepFrom });
        await changes.trim(options);
      }
      return { heldBack };
    },

    check: () => transact(() => store.setCheckpoint(0, store.checkpoint(0))),
    close: () => {
      closing ??= (async () => {
        waits.close();
        await Promise.all([appends, ...boards.map(({ writes }) => writes)].map((each) => each.settled()));
        await close();
      })();
      return closing;
    },
  };
};
