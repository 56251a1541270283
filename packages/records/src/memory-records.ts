import { LogUnavailable } from '@crewboard/event-log';
import type { RecordKind, Records } from './records.ts';
import { hasExpired, storedValue, toStored } from './stored.ts';

export type MemoryStore = Map<RecordKind, Map<string, string>>;

/** A third backend, for tests that need thousands of boards: in memory, and with the promises of the other two. */
export const openMemoryRecords = (store: MemoryStore, now: () => number): Records => {
  let isClosed = false;
  const textsOf = (kind: RecordKind): Map<string, string> => {
    if (isClosed) throw new LogUnavailable('the records in memory are closed');
    const texts = store.get(kind) ?? new Map<string, string>();
    store.set(kind, texts);
    return texts;
  };
  return {
    get: async (kind, id) => storedValue(textsOf(kind).get(id), now()),
    update: async (kind, id, decide) => {
      const texts = textsOf(kind);
      const before = storedValue(texts.get(id), now());
      const next = decide(before);
      if (next === 'keep') return before;
      const text = toStored(next, now());
      if (text === undefined) texts.delete(id);
      else texts.set(id, text);
      for (const [other, stored] of texts) if (hasExpired(stored, now())) texts.delete(other);
      return before;
    },
    list: async (kind) =>
      [...textsOf(kind)].flatMap(([id, text]) => {
        const value = storedValue(text, now());
        return value === undefined ? [] : [{ id, value }];
      }),
    close: async () => {
      isClosed = true;
    },
  };
};
