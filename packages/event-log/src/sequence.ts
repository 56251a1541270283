import { type Offset, START_OFFSET } from '@crewboard/contract';
import type { Database, RootDatabase } from 'lmdb';
import type { RawEntry } from './entries.ts';
import { createTail, type Keyed } from './tail.ts';

/** How many keys one clock millisecond has. */
const KEYS_PER_MS = 1000;

/** So many entries are removed in one transaction, so that a long trim lets others in between. */
const TRIM_STEP = 2000;

/** So many entries are looked at before others get their turn. */
const LOOK_STEP = 500;

const toOffset = (key: number): Offset => `${key}-0`;
const toKey = (offset: Offset): number => Number(offset.split('-')[0]);

export interface TrimOptions {
  /** In ms since 1970. */
  olderThan?: number;
  /** From there on no entry is too old. */
  keepFrom?: Offset | undefined;
  maxEntries?: number;
}

/** Entries that have their offsets, and are on their way to the disk. */
export interface Claim {
  /** In a transaction, and in the order of the claims. */
  write(): void;
  /** After the transaction. */
  settle(): void;
  /** After a transaction that came to nothing: whoever reads from now on does not see them. */
  withdraw(): void;
}

/** An ordered, persistent list of texts in LMDB. What says "in a transaction" may be called only there. */
export interface Sequence {
  readonly topic: string;
  /** Gives entries the next offsets. They can be read at once: others of this process need not wait for the disk. */
  claim(raws: readonly string[]): Claim;
  read(after: Offset, count: number): RawEntry[];
  /** The newest first. */
  newest(count: number): RawEntry[];
  at(offset: Offset): string | undefined;
  last(): Offset;
  /** The last that is in the same state of the disk as all else that is read of it now. */
  lastOnDisk(): Offset;
  /** The last entry that was removed; `START_OFFSET` where none was. */
  horizon(): Offset;
  /** Whether an entry is from before a time, in ms since 1970. */
  isOlder(offset: Offset, than: number): boolean;
  trim(options: TrimOptions): Promise<void>;
  /** Removes single entries, wherever they stand; the horizon stays. */
  removeWhere(isUnwanted: (raw: string) => boolean): Promise<void>;
  /** In a transaction. Keeps the horizon, so that offsets go on rising. */
  clear(): void;
}

/**
 * Keys are microseconds since 1970, or the last key plus one where that is later: so they rise even when the clock is
 * set back, and tell an entry's age without another field.
 */
export const openSequence = (
  root: RootDatabase<string, string>,
  meta: Database<string, string>,
  topic: string,
): Sequence => {
  const entries = root.openDB<string, number>({ name: topic, encoding: 'string' });
  const horizonKey = `horizon/${topic}`;

  const horizon = (): Offset => meta.get(horizonKey) ?? START_OFFSET;
  const lastKey = (): number => {
    const given = Number(meta.get(`given/${topic}`) ?? 0);
    for (const key of entries.getKeys({ reverse: true, limit: 1 })) return Math.max(key, given);
    return Math.max(toKey(horizon()), given);
  };
  let lastGiven = lastKey();
  const tail = createTail(lastGiven);
  const newestKey = (): number => Math.max(tail.last, lastKey());

  const claim = (raws: readonly string[]): Claim => {
    const now = Date.now() * KEYS_PER_MS;
    const claimed = raws.map((raw): Keyed => {
      lastGiven = Math.max(lastGiven + 1, now);
      return { key: lastGiven, raw };
    });
    tail.push(claimed);
    return {
      write: () => {
        for (const { key, raw } of claimed) entries.putSync(key, raw);
      },
      settle: () => tail.settle(claimed),
      withdraw: () => tail.remove(claimed.map(({ key }) => key)),
    };
  };

  const toEntry = ({ key, raw }: Keyed): RawEntry => ({ offset: toOffset(key), raw });
  const onDisk = ({ key, value }: { key: number; value: string }): Keyed => ({ key, raw: value });

  /** From the disk what the tail does not have. */
  const read = (after: Offset, count: number): RawEntry[] => {
    const from = toKey(after);
    if (from >= tail.after) return tail.read(from, count).map(toEntry);
    // What the tail let go may be newer than what this turn of the event loop has seen of the disk so far.
    root.resetReadTxn();
    const older = Array.from(entries.getRange({ start: from + 1, end: tail.after + 1, limit: count }), onDisk);
    return [...older, ...tail.read(tail.after, count - older.length)].map(toEntry);
  };
  const newest = (count: number): RawEntry[] => {
    const newer = tail.read(tail.after, Number.POSITIVE_INFINITY).reverse().slice(0, count);
    const limit = count - newer.length;
    const older = limit > 0 ? Array.from(entries.getRange({ reverse: true, start: tail.after, limit }), onDisk) : [];
    return [...newer, ...older].map(toEntry);
  };

  /** The first key to keep. */
  const trimPoint = ({ olderThan, maxEntries, keepFrom }: TrimOptions): number => {
    let point = olderThan === undefined ? 0 : olderThan * KEYS_PER_MS;
    if (keepFrom !== undefined) point = Math.min(point, toKey(keepFrom));
    if (maxEntries !== undefined) {
      for (const key of entries.getKeys({ reverse: true, offset: maxEntries, limit: 1 }))
        point = Math.max(point, key + 1);
    }
    return point;
  };

  const remove = (keys: readonly number[]): void => {
    const last = keys.at(-1);
    if (last === undefined) return;
    for (const key of keys) entries.removeSync(key);
    meta.putSync(horizonKey, toOffset(last));
  };

  const trim: Sequence['trim'] = async (options) => {
    const point = trimPoint(options);
    for (;;) {
      const keys = Array.from(entries.getKeys({ end: point, limit: TRIM_STEP }));
      if (keys.length === 0) return;
      await root.childTransaction(() => remove(keys));
      tail.remove(keys);
    }
  };

  const removeKeys = (keys: readonly number[]): void => {
    for (const key of keys) entries.removeSync(key);
    // The last key ever given must not be forgotten with its entry: offsets go on rising.
    if (keys.at(-1) === lastGiven) meta.putSync(`given/${topic}`, String(lastGiven));
  };

  const removeWhere: Sequence['removeWhere'] = async (isUnwanted) => {
    // What comes while it looks is left: it ends, however busy the log is.
    const end = newestKey();
    let found: number[] = [];
    const removeFound = async (): Promise<void> => {
      const keys = found;
      found = [];
      if (keys.length === 0) return;
      await root.childTransaction(() => removeKeys(keys));
      tail.remove(keys);
    };
    for (let after = START_OFFSET; toKey(after) < end; ) {
      const step = read(after, LOOK_STEP);
      const last = step.at(-1);
      if (!last) break;
      for (const { offset, raw } of step) if (isUnwanted(raw)) found.push(toKey(offset));
      if (found.length >= TRIM_STEP) await removeFound();
      else await new Promise((resolve) => setImmediate(resolve));
      after = last.offset;
    }
    await removeFound();
  };

  return {
    topic,
    claim,
    read,
    newest,
    at: (offset) => tail.at(toKey(offset)) ?? entries.get(toKey(offset)),
    last: () => toOffset(newestKey()),
    lastOnDisk: () => toOffset(lastKey()),
    horizon,
    isOlder: (offset, than) => toKey(offset) < than * KEYS_PER_MS,
    trim,
    removeWhere,
    clear: () => {
      const keys = Array.from(entries.getKeys({}));
      remove(keys);
      tail.remove(keys);
    },
  };
};
