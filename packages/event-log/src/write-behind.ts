/**
 * Writes that begin before those before them are on disk. They are numbered, for good: a write must reject when the number on disk is not
 * the one before its own. So one that comes to nothing takes all behind it along, and the order on disk has no gaps.
 */
export interface WriteBehind {
  /** Begins at once. Resolves when it is on disk; rejects when it, or one before it, came to nothing. */
  add(write: (number: number) => Promise<void>): Promise<void>;
  /** How many are on their way. */
  readonly size: number;
  /** When one of those that are on their way has arrived, or come to nothing. Never rejects. */
  oneDone(): Promise<void>;
  /** When all have. Never rejects. */
  settled(): Promise<void>;
}

/** @param onDisk the number of the last write that is on disk; asked when nothing is on its way */
export const createWriteBehind = (onDisk: () => number): WriteBehind => {
  const onTheirWay = new Set<Promise<void>>();
  let last = 0;

  return {
    async add(write) {
      if (onTheirWay.size === 0) last = onDisk();
      last += 1;
      const writing = write(last);
      const done = writing.then(
        () => undefined,
        () => undefined,
      );
      onTheirWay.add(done);
      try {
        await writing;
      } finally {
        onTheirWay.delete(done);
      }
    },
    get size() {
      return onTheirWay.size;
    },
    oneDone: () => Promise.race(onTheirWay),
    async settled() {
      await Promise.all(onTheirWay);
    },
  };
};
