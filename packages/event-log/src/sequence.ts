import { type Offset, START_OFFSET } from '@crewboard/contract';
import type { Database, RootDatabase } from 'lmdb';
import type { RawEntry } from './entries.ts';

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

/** An ordered, persistent list of texts in LMDB. What says "in a transaction" may be called only there. */
export interface Sequence {
  readonly topic: string;
  /** In a transaction. */
  append(raws: readonly string[]): void;
  read(after: Offset, count: number): RawEntry[];
  /** The newest first. */
  newest(count: number): RawEntry[];
  at(offset: Offset): string | undefined;
  last(): Offset;
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

  const append = (raws: readonly string[]): void => {
    const now = Date.now() * KEYS_PER_MS;
    for (const raw of raws) {
      lastGiven = Math.max(lastGiven + 1, now);
      entries.putSync(lastGiven, raw);
    }
  };

  const toEntry = ({ key, value }: { key: number; value: string }): RawEntry => ({ offset: toOffset(key), raw: value });
  const read = (after: Offset, count: number): RawEntry[] =>
    Array.from(entries.getRange({ start: toKey(after) + 1, limit: count }), toEntry);
  const newest = (count: number): RawEntry[] => Array.from(entries.getRange({ reverse: true, limit: count }), toEntry);

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
    }
  };

  const removeKeys = (keys: readonly number[]): void => {
    for (const key of keys) entries.removeSync(key);
    // The last key ever given must not be forgotten with its entry: offsets go on rising.
    if (keys.at(-1) === lastGiven) meta.putSync(`given/${topic}`, String(lastGiven));
  };

  const removeWhere: Sequence['removeWhere'] = async (isUnwanted) => {
    // What comes while it looks is left: it ends, however busy the log is.
    const end = lastKey();
    let found: number[] = [];
    const removeFound = async (): Promise<void> => {
      const keys = found;
      found = [];
      if (keys.length > 0) await root.childTransaction(() => removeKeys(keys));
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
    append,
    read,
    newest,
    at: (offset) => entries.get(toKey(offset)),
    last: () => toOffset(lastKey()),
    horizon,
    isOlder: (offset, than) => toKey(offset) < than * KEYS_PER_MS,
    trim,
    removeWhere,
    clear: () => remove(Array.from(entries.getKeys({}))),
  };
};
