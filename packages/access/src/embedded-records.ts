import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import { type Access, createAccess } from './access.ts';
import { type Records, readStored, toStored } from './records.ts';

/** Records in a folder of their own, durable when a call resolves. Other processes may have the same folder open. */
export const openEmbeddedRecords = async ({ dir }: { dir: string }): Promise<Records> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const root = open<string, [string, string]>({ path: dir, noSubdir: false, encoding: 'string' });
  const flushed = async <Result>(work: () => Result): Promise<Result> => {
    const result = root.transactionSync(work);
    await root.flushed;
    return result;
  };

  return {
    get: async (kind, id) => readStored(root.get([kind, id]), Date.now())?.value,
    put: (kind, id, value, options = {}) =>
      flushed(() => {
        const now = Date.now();
        if (options.onlyIfAbsent && readStored(root.get([kind, id]), now)) return false;
        root.putSync([kind, id], toStored(value, options, now));
        return true;
      }),
    take: (kind, id) =>
      flushed(() => {
        const stored = readStored(root.get([kind, id]), Date.now());
        root.removeSync([kind, id]);
        return stored?.value;
      }),
    remove: (kind, id) =>
      flushed(() => {
        const isThere = readStored(root.get([kind, id]), Date.now()) !== undefined;
        root.removeSync([kind, id]);
        return isThere;
      }),
    list: (kind) =>
      flushed(() => {
        const now = Date.now();
        const found: { id: string; value: unknown }[] = [];
        // Keys sort by their parts, so those of one kind stand together.
        for (const { key, value } of Array.from(root.getRange({ start: [kind, ''], end: [kind, '\uffff'] }))) {
          const stored = readStored(value, now);
          if (stored) found.push({ id: key[1], value: stored.value });
          else root.removeSync(key);
        }
        return found;
      }),
    close: () => root.close(),
  };
};

/** Who may do what on the board of one data folder. */
export const openEmbeddedAccess = async (options: { dir: string }): Promise<Access> =>
  createAccess(await openEmbeddedRecords(options));
