import { mkdirSync } from 'node:fs';
import { LogUnavailable } from '@crewboard/event-log';
import { type Database, open } from 'lmdb';
import { RECORD_KINDS, type RecordKind, type Records, SWEPT_AT_A_WRITE } from './records.ts';
import { hasExpired, storedValue, toStored } from './stored.ts';

export interface EmbeddedRecordsOptions {
  /** The records' own folder; made where there is none. */
  dir: string;
  /** Ms since 1970. */
  now?: () => number;
}

/**
 * Ids as bytes: what LMDB makes of a text with control characters is longer than the text, and 200 units of any script fit
 * into its 1978 bytes.
 */
type KindStore = Database<string, Uint8Array>;

/** More than there are kinds: other versions of this program may have the folder open with more. */
const MAX_KINDS = 64;

const keyOf = (id: string): Uint8Array => Buffer.from(id);

/** Records in a folder of their own, on disk when a call resolves. Other processes may have the same folder open. */
export const openEmbeddedRecords = async ({ dir, now = Date.now }: EmbeddedRecordsOptions): Promise<Records> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const root = open<string, string>({ path: dir, noSubdir: false, encoding: 'string', maxDbs: MAX_KINDS });
  const openKind = (name: RecordKind): [RecordKind, KindStore] => [
    name,
    root.openDB<string, Uint8Array>({ name, encoding: 'string', keyEncoding: 'binary' }),
  ];
  // In one transaction: each kind that is new would else wait for the disk.
  const kinds = root.transactionSync(() => new Map(RECORD_KINDS.map(openKind)));
  let closing: Promise<void> | undefined;

  const storeOf = (kind: RecordKind): KindStore => {
    const store = kinds.get(kind);
    if (closing || !store) throw new LogUnavailable(`the records in ${dir} are closed`);
    // LMDB would read what it saw earlier in this turn of the event loop: another process may have written since.
    root.resetReadTxn();
    return store;
  };

  const sweep = (store: KindStore, from: Uint8Array): void => {
    // Ids are random: those that follow one are as good as any.
    const some = Array.from(store.getRange({ start: from, limit: SWEPT_AT_A_WRITE }));
    for (const { key, value } of some) if (hasExpired(value, now())) store.removeSync(key);
  };

  const write = async <Result>(action: () => Result): Promise<Result> => {
    try {
      // Beside this thread, and those of one moment in one commit: waiting for the disk, nobody else would get on.
      const result = await root.childTransaction(action);
      await root.flushed;
      return result;
    } catch (error) {
      throw new LogUnavailable(`the records in ${dir} can't be written`, { cause: error });
    }
  };

  return {
    get: async (kind, id) => storedValue(storeOf(kind).get(keyOf(id)), now()),
    update: async (kind, id, decide) => {
      const store = storeOf(kind);
      const key = keyOf(id);
      const current = (): unknown => storedValue(store.get(key), now());
      const seen = current();
      // Most often nothing changes, and then nobody waits for the lock or the disk.
      if (decide(seen) === 'keep') return seen;
      return write(() => {
        const before = current();
        const next = decide(before);
        if (next === 'keep') return before;
        const text = toStored(next, now());
        if (text === undefined) store.removeSync(key);
        else store.putSync(key, text);
        sweep(store, key);
        return before;
      });
    },
    list: async (kind) => {
      const entries = Array.from(storeOf(kind).getRange({}));
      return entries.flatMap(({ key, value: text }) => {
        const value = storedValue(text, now());
        return value === undefined ? [] : [{ id: Buffer.from(key).toString(), value }];
      });
    },
    close: () => {
      closing ??= root.close();
      return closing;
    },
  };
};
