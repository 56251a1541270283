import type { Database, RootDatabase } from 'lmdb';
import { HISTORY_MAX } from './event-log.ts';
import { inOrder } from './history-ring.ts';

/** One change of a session's status as it is stored. */
export interface StoredChange {
  sessionId: string;
  raw: string;
}

/** The histories of one partition's sessions in LMDB. What says "in a transaction" may be called only there. */
export interface Histories {
  /** In a transaction. Keeps the latest {@link HISTORY_MAX} of each session. */
  append(changes: readonly StoredChange[]): void;
  /** The oldest first. */
  read(sessionId: string): string[];
  /** In a transaction. */
  remove(sessionId: string): void;
  /** In a transaction. */
  clear(): void;
}

const LENGTH_BYTES = 2;
const SLOT_BYTES = 2;
/** Behind all slots. */
const COUNT = 0xffff;

/** The id's length goes first, so that no id's keys lie among another's. */
const toKey = (sessionId: string, slot: number): Buffer => {
  const length = Buffer.byteLength(sessionId);
  const key = Buffer.allocUnsafe(LENGTH_BYTES + length + SLOT_BYTES);
  key.writeUInt16BE(length, 0);
  key.write(sessionId, LENGTH_BYTES);
  key.writeUInt16BE(slot, LENGTH_BYTES + length);
  return key;
};

export const openHistories = (root: RootDatabase<string, string>, name: string): Histories => {
  const entries: Database<string, Uint8Array> = root.openDB({ name, encoding: 'string', keyEncoding: 'binary' });

  const storedCount = (sessionId: string): number => Number(entries.get(toKey(sessionId, COUNT)) ?? 0);
  const slots = (sessionId: string) => ({ start: toKey(sessionId, 0), end: toKey(sessionId, HISTORY_MAX) });

  const append: Histories['append'] = (changes) => {
    const counts = new Map<string, number>();
    for (const { sessionId, raw } of changes) {
      const count = counts.get(sessionId) ?? storedCount(sessionId);
      entries.putSync(toKey(sessionId, count % HISTORY_MAX), raw);
      counts.set(sessionId, count + 1);
    }
    for (const [sessionId, count] of counts) entries.putSync(toKey(sessionId, COUNT), String(count));
  };

  return {
    append,
    read: (sessionId) => {
      const raws = Array.from(entries.getRange(slots(sessionId)), ({ value }) => value);
      return inOrder(raws, storedCount(sessionId));
    },
    remove: (sessionId) => {
      for (const key of Array.from(entries.getKeys(slots(sessionId)))) entries.removeSync(key);
      entries.removeSync(toKey(sessionId, COUNT));
    },
    clear: () => entries.clearSync(),
  };
};
