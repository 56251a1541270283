import { z } from 'zod';

/** At most so many calls, agents, shells are kept of one kind: a session can't grow its row without end. */
export const KEPT = 64;

/** What turns a map's successor back into it: the value that the key had, and the first entry where that was dropped. */
interface Step<Value> {
  successor: Kept<Value>;
  key: string;
  before: Value | undefined;
  dropped: readonly [string, Value] | undefined;
}

/**
 * An immutable map from ids to what is kept of them, the oldest first. `with` and `without` leave it as it was and give another. A fold goes
 * on with the newest map alone, and copying dozens of entries for each event would be most of its work: so `with` hands its entries on to the
 * successor. Whoever reads the older map all the same gets a copy, made then.
 */
export class Kept<Value> implements Iterable<[string, Value]> {
  /** Undefined once they were handed on. */
  #entries: Map<string, Value> | undefined;
  #step: Step<Value> | undefined;

  private constructor(entries: Map<string, Value>) {
    this.#entries = entries;
  }

  static of<Value>(entries: Iterable<readonly [string, Value]>): Kept<Value> {
    return new Kept(new Map(entries));
  }

  get size(): number {
    return this.#own().size;
  }

  get(key: string): Value | undefined {
    return this.#own().get(key);
  }

  has(key: string): boolean {
    return this.#own().has(key);
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.#own().entries();
  }

  values(): MapIterator<Value> {
    return this.#own().values();
  }

  /** What came last. */
  newest(): [string, Value] | undefined {
    let newest: [string, Value] | undefined;
    for (const entry of this.#own()) newest = entry;
    return newest;
  }

  /** With one more entry, or another value in the place of a known one; the oldest goes where there are too many. */
  with(key: string, value: Value, most = KEPT): Kept<Value> {
    const entries = this.#own();
    // One map of nothing begins many.
    if (entries.size === 0) return new Kept(new Map([[key, value]]));
    const before = entries.get(key);
    entries.set(key, value);
    let dropped: [string, Value] | undefined;
    if (entries.size > most) {
      [dropped] = entries;
      if (dropped) entries.delete(dropped[0]);
    }
    const successor = new Kept(entries);
    this.#entries = undefined;
    this.#step = { successor, key, before, dropped };
    return successor;
  }

  /** Without a key; itself where the key is not in it. */
  without(key: string): Kept<Value> {
    return this.has(key) ? this.filter((_value, known) => known !== key) : this;
  }

  /** These, then those of another that are not among them; of a key that both have, the other's value. */
  and(other: Kept<Value>): Kept<Value> {
    if (other.size === 0) return this;
    return this.size === 0 ? other : Kept.of([...this, ...other]);
  }

  filter(isKept: (value: Value, key: string) => boolean): Kept<Value> {
    const entries = new Map<string, Value>();
    for (const [key, value] of this.#own()) if (isKept(value, key)) entries.set(key, value);
    return new Kept(entries);
  }

  /** In pairs: the order is a part of it, which an object does not keep of all keys. */
  toJSON(): [string, Value][] {
    return [...this.#own()];
  }

  #own(): Map<string, Value> {
    this.#entries ??= this.#copy();
    return this.#entries;
  }

  /** Steps back from the map that has the entries now. */
  #copy(): Map<string, Value> {
    const steps: Step<Value>[] = [];
    let holder: Kept<Value> = this;
    while (holder.#step && !holder.#entries) {
      steps.push(holder.#step);
      holder = holder.#step.successor;
    }
    let entries = [...(holder.#entries ?? [])];
    for (const { key, before, dropped } of steps.toReversed()) {
      entries =
        before === undefined
          ? entries.filter(([known]) => known !== key)
          : entries.map(([known, value]) => [known, known === key ? before : value]);
      if (dropped) entries.unshift([...dropped]);
    }
    this.#step = undefined;
    return new Map(entries);
  }
}

/** Of no entries. */
export const nothingKept = <Value>(): Kept<Value> => Kept.of<Value>([]);

/** As it is stored: a list of pairs. */
export const keptSchema = <Value>(value: z.ZodType<Value>) =>
  z.array(z.tuple([z.string(), value])).transform((stored): Kept<Value> => Kept.of(stored));
