import type { Database, RootDatabase } from 'lmdb';
import { HISTORY_MAX } from './event-log.ts';

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
const NUMBER_BYTES = 4;
const NUMBER_MAX = 0xffff_ffff;

/** The id's length goes first, so that no id's keys lie among another's; a session's changes are numbered from 1. */
const toKey = (sessionId: string, number: number): Buffer => {
  const length = Buffer.byteLength(sessionId);
  const key = Buffer.allocUnsafe(LENGTH_BYTES + length + NUMBER_BYTES);
  key.writeUInt16BE(length, 0);
  key.write(sessionId, LENGTH_BYTES);
  key.writeUInt32BE(number, LENGTH_BYTES + length);
  return key;
};

const numberOf = (key: Uint8Array): number =>
  new DataView(key.buffer, key.byteOffset + key.byteLength - NUMBER_BYTES).getUint32(0);

export const openHistories = (root: RootDatabase<string, string>, name: string): Histories => {
  const entries: Database<string, Uint8Array> = root.openDB({ name, encoding: 'string', keyEncoding: 'binary' });

  const lastNumber = (sessionId: string): number => {
    const newest = { start: toKey(sessionId, NUMBER_MAX), end: toKey(sessionId, 0), reverse: true, limit: 1 };
    for (const key of entries.getKeys(newest)) return numberOf(key);
    return 0;
  };
  const all = (sessionId: string) => ({ start: toKey(sessionId, 0), end: toKey(sessionId, NUMBER_MAX) });

  const append: Histories['append'] = (changes) => {
    const last = new Map<string, number>();
    for (const { sessionId, raw } of changes) {
      const number = (last.get(sessionId) ?? lastNumber(sessionId)) + 1;
      last.set(sessionId, number);
      entries.putSync(toKey(sessionId, number), raw);
      if (number > HISTORY_MAX) entries.removeSync(toKey(sessionId, number - HISTORY_MAX));
    }
  };

  return {
    append,
    read: (sessionId) => Array.from(entries.getRange(all(sessionId)), ({ value }) => value),
    remove: (sessionId) => {
      for (const key of Array.from(entries.getKeys(all(sessionId)))) entries.removeSync(key);
    },
    clear: () => entries.clearSync(),
  };
};
