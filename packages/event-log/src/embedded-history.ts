import type { Database, RootDatabase } from 'lmdb';
import { HISTORY_MAX } from './event-log.ts';
import { inOrder } from './history-ring.ts';

/** One entry of a ring as it is stored. */
export interface StoredChange {
  ring: string;
  raw: string;
}

/** The rings of one partition's sessions in LMDB. What says "in a transaction" may be called only there. */
export interface Histories {
  /** In a transaction. Keeps the latest {@link HISTORY_MAX} of each ring. */
  append(changes: readonly StoredChange[]): void;
  /** The oldest first. */
  read(ring: string): string[];
  /** In a transaction. */
  remove(ring: string): void;
  /** In a transaction. */
  clear(): void;
}

const LENGTH_BYTES = 2;
const SLOT_BYTES = 2;
/** Behind all slots. */
const COUNT = 0xffff;

/** The id's length goes first, so that no id's keys lie among another's. */
const toKey = (ring: string, slot: number): Buffer => {
  const length = Buffer.byteLength(ring);
  const key = Buffer.allocUnsafe(LENGTH_BYTES + length + SLOT_BYTES);
  key.writeUInt16BE(length, 0);
  key.write(ring, LENGTH_BYTES);
  key.writeUInt16BE(slot, LENGTH_BYTES + length);
  return key;
};

export const openHistories = (root: RootDatabase<string, string>, name: string): Histories => {
  const entries: Database<string, Uint8Array> = root.openDB({ name, encoding: 'string', keyEncoding: 'binary' });

  const storedCount = (ring: string): number => Number(entries.get(toKey(ring, COUNT)) ?? 0);
  const slots = (ring: string) => ({ start: toKey(ring, 0), end: toKey(ring, HISTORY_MAX) });

  const append: Histories['append'] = (changes) => {
    const counts = new Map<string, number>();
    for (const { ring, raw } of changes) {
      const count = counts.get(ring) ?? storedCount(ring);
      entries.putSync(toKey(ring, count % HISTORY_MAX), raw);
      counts.set(ring, count + 1);
    }
    for (const [ring, count] of counts) entries.putSync(toKey(ring, COUNT), String(count));
  };

  return {
    append,
    read: (ring) => {
      const raws = Array.from(entries.getRange(slots(ring)), ({ value }) => value);
      return inOrder(raws, storedCount(ring));
    },
    remove: (ring) => {
      for (const key of Array.from(entries.getKeys(slots(ring)))) entries.removeSync(key);
      entries.removeSync(toKey(ring, COUNT));
    },
    clear: () => entries.clearSync(),
  };
};
