/** An entry of a sequence by its key. */
export interface Keyed {
  key: number;
  raw: string;
}

/**
 * The newest entries of a sequence, in memory: those on their way to the disk, and some that have arrived. Whoever follows a sequence
 * reads them here, without waiting for a disk that is busy.
 */
export interface Tail {
  /** All entries after this key are here. */
  readonly after: number;
  readonly last: number;
  /** Their keys rise, and are behind all that were pushed before. */
  push(entries: readonly Keyed[]): void;
  /** They are on disk: they may leave, once newer ones have come. */
  settle(entries: readonly Keyed[]): void;
  /** They never came to be, or are erased. Others keep their places. */
  remove(keys: readonly number[]): void;
  /** In order. `after` is exclusive, and not before that of the tail. */
  read(after: number, count: number): Keyed[];
  at(key: number): string | undefined;
}

/** So many entries that are on disk are kept: more than those who follow are behind, other than for a moment. */
const KEPT = 256;

export const createTail = (last: number): Tail => {
  let entries: Keyed[] = [];
  const onTheirWay = new Set<number>();
  let after = last;

  /** The index of the first entry behind a key. */
  const behind = (key: number): number => {
    let from = 0;
    for (let to = entries.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((entries[middle]?.key ?? 0) > key) to = middle;
      else from = middle + 1;
    }
    return from;
  };

  const letGo = (): void => {
    let gone = 0;
    for (const { key } of entries) {
      if (entries.length - gone <= KEPT || onTheirWay.has(key)) break;
      after = key;
      gone += 1;
    }
    // Not one by one: moving the rest costs as much for one as for many.
    if (gone > 0) entries = entries.slice(gone);
  };

  return {
    get after() {
      return after;
    },
    get last() {
      return entries.at(-1)?.key ?? after;
    },
    push(fresh) {
      for (const entry of fresh) {
        entries.push(entry);
        onTheirWay.add(entry.key);
      }
    },
    settle(settled) {
      for (const { key } of settled) onTheirWay.delete(key);
      if (entries.length > KEPT * 2) letGo();
    },
    remove(keys) {
      const unwanted = new Set(keys);
      for (const key of keys) onTheirWay.delete(key);
      entries = entries.filter(({ key }) => !unwanted.has(key));
    },
    read: (from, count) => {
      const first = behind(from);
      return entries.slice(first, first + count);
    },
    at: (key) => {
      const entry = entries[behind(key) - 1];
      return entry?.key === key ? entry.raw : undefined;
    },
  };
};
