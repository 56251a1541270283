import type { Records } from '@crewboard/records';
import { z } from 'zod';

const leaseSchema = z.object({ by: z.string(), until: z.number() });
const touchSchema = z.object({ at: z.number() });

/** A replica that has not been heard of for so long is dead: another looks after its repositories. */
const LEASE_MS = 60_000;
/** Renewed so long before it ends. */
const RENEWED_MS = 40_000;

/** How the replicas share the repositories: one of them looks after each. */
export interface Shares {
  /** Whether this replica looks after a repository; takes it where nobody does. */
  hold(key: string): Promise<boolean>;
  release(key: string): Promise<void>;
  /** When a webhook spoke of each repository last, in ms since 1970. */
  touched(): Promise<ReadonlyMap<string, number>>;
}

export const createShares = (records: Records, holder: string, now: () => number): Shares => {
  const held = new Map<string, number>();
  const idOf = (key: string): string => `poll:${key}`.slice(0, 200);

  return {
    async hold(key) {
      if ((held.get(key) ?? 0) - RENEWED_MS > now()) return true;
      const until = now() + LEASE_MS;
      let isOurs = false;
      await records.update('repository', idOf(key), (current) => {
        const lease = leaseSchema.safeParse(current).data;
        isOurs = !lease || lease.by === holder || lease.until <= now();
        return isOurs ? { value: { by: holder, until }, ttlMs: LEASE_MS } : 'keep';
      });
      if (isOurs) held.set(key, until);
      else held.delete(key);
      return isOurs;
    },
    async release(key) {
      if (!held.delete(key)) return;
      await records.update('repository', idOf(key), (current) =>
        leaseSchema.safeParse(current).data?.by === holder ? 'remove' : 'keep',
      );
    },
    async touched() {
      const touches = await records.list('touch');
      return new Map(
        touches.flatMap(({ id, value }) => {
          const touch = touchSchema.safeParse(value).data;
          return touch ? [[id, touch.at]] : [];
        }),
      );
    },
  };
};
