import { FencedOff, type Lease } from './event-log.ts';

interface Held {
  holder: string;
  /** On the clock of `performance.now()`. */
  until: number;
}

interface Fences {
  read(partition: number): number;
  /** Stored for good: a fence that was given once is never given again. */
  raise(partition: number): Promise<number>;
}

/** Leases inside one process. Who holds one is forgotten with the process, so that the next can go on at once. */
export const createLeases = (fences: Fences) => {
  const held = new Map<number, Held>();

  const acquire = async (partition: number, holder: string, ttlMs: number): Promise<Lease | undefined> => {
    const now = performance.now();
    const current = held.get(partition);
    const isTaken = current !== undefined && current.until > now;
    if (isTaken && current.holder !== holder) return undefined;
    held.set(partition, { holder, until: now + ttlMs });
    if (isTaken) return { partition, fence: fences.read(partition) };
    try {
      return { partition, fence: await fences.raise(partition) };
    } catch (error) {
      held.delete(partition);
      throw error;
    }
  };

  const release = (lease: Lease, holder: string): void => {
    if (held.get(lease.partition)?.holder === holder && fences.read(lease.partition) === lease.fence) {
      held.delete(lease.partition);
    }
  };

  const assertNewest = (lease: Lease): void => {
    if (fences.read(lease.partition) !== lease.fence) throw new FencedOff(lease);
  };

  return { acquire, release, assertNewest };
};
