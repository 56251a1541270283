import { compareOffsets, type Offset, START_OFFSET } from '@crewboard/contract';
import { z } from 'zod';
import { isAborted } from './abort.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { type HandedOut, type RawEntry, readableChanges } from './entries.ts';
import type { DeadLetter, GroupEntry, GroupReader } from './event-log.ts';
import type { Waits } from './waits.ts';

const pendingSchema = z.object({ consumer: z.string(), at: z.number(), deliveries: z.number() });
type Pending = z.infer<typeof pendingSchema>;

interface GroupDeps {
  store: EmbeddedStore;
  waits: Waits;
  deadLetter(letter: DeadLetter): Promise<void>;
  /** True once the log is closed. */
  isClosed(): boolean;
}

export const createEmbeddedGroup = (deps: GroupDeps, name: string, consumer: string): GroupReader => {
  const { store, waits } = deps;
  const closing = new AbortController();

  const unseen = (partition: number, count: number): RawEntry[] =>
    store.partitions[partition]?.changes.read(store.delivered.get([name, partition]) ?? START_OFFSET, count) ?? [];

  const note = (partition: number, offset: Offset, deliveries: number): void => {
    const pending: Pending = { consumer, at: Date.now(), deliveries };
    store.pending.putSync([name, partition, offset], JSON.stringify(pending));
  };

  /** In a transaction. */
  const handOut = (count: number): HandedOut[] => {
    const handed: HandedOut[] = [];
    for (const partition of store.partitions.keys()) {
      const entries = unseen(partition, count - handed.length);
      for (const { offset } of entries) note(partition, offset, 1);
      const last = entries.at(-1);
      if (last) store.delivered.putSync([name, partition], last.offset);
      handed.push(...entries.map((entry) => ({ ...entry, partition, deliveries: 1 })));
      if (handed.length === count) break;
    }
    return handed;
  };

  /** In a transaction. */
  const takeOver = (count: number, minIdleMs: number): HandedOut[] => {
    const taken: HandedOut[] = [];
    const due = Date.now() - minIdleMs;
    for (const { key, value } of Array.from(store.pending.getRange({ start: [name], end: [name, Infinity] }))) {
      if (taken.length === count) break;
      const [, partition, offset] = key;
      const pending = pendingSchema.parse(JSON.parse(value));
      if (pending.at > due) continue;
      const raw = store.partitions[partition]?.changes.at(offset);
      if (raw === undefined) {
        store.pending.removeSync(key);
        continue;
      }
      const deliveries = pending.deliveries + 1;
      note(partition, offset, deliveries);
      taken.push({ partition, offset, raw, deliveries });
    }
    return taken;
  };

  const ack: GroupReader['ack'] = async (entries) => {
    await store.root.childTransaction(() => {
      for (const { partition, offset } of entries) store.pending.removeSync([name, partition, offset]);
    });
  };

  const readable = (handed: readonly HandedOut[]): Promise<GroupEntry[]> =>
    readableChanges(handed, { group: name, deadLetter: deps.deadLetter, ack });

  const read: GroupReader['read'] = async ({ count, waitMs = 0, signal }) => {
    const until = performance.now() + waitMs;
    const topics = store.partitions.map(({ changes }) => changes.topic);
    const stop = signal ? [signal, closing.signal] : [closing.signal];
    for (;;) {
      if (deps.isClosed()) return [];
      const hasUnseen = [...store.partitions.keys()].some((partition) => unseen(partition, 1).length > 0);
      const entries = hasUnseen ? await readable(await store.root.childTransaction(() => handOut(count))) : [];
      const leftMs = until - performance.now();
      if (entries.length > 0 || leftMs <= 0 || isAborted(stop)) return entries;
      if (!hasUnseen) await waits.wait(topics, leftMs, stop);
    }
  };

  const claim: GroupReader['claim'] = async ({ count, minIdleMs }) =>
    readable(await store.root.childTransaction(() => takeOver(count, minIdleMs)));

  const missed: GroupReader['missed'] = async () =>
    [...store.partitions.entries()].flatMap(([partition, { changes }]) => {
      const delivered = store.delivered.get([name, partition]);
      return delivered !== undefined && compareOffsets(delivered, changes.horizon()) < 0 ? [partition] : [];
    });

  return { missed, read, claim, ack, close: async () => closing.abort() };
};
