import type { Records } from '@crewboard/records';
import { z } from 'zod';

/** What may be spent in one day (UTC) by all replicas together. */
export interface BudgetLimits {
  usd: number;
  calls: number;
}

const spentSchema = z.object({ usd: z.number().nonnegative(), calls: z.number().int().nonnegative() });
export type Spent = z.infer<typeof spentSchema>;

/** A reservation counts as spent until it is settled: whoever dies in between has spent it. */
export interface Budget {
  /** Sets `usd` and one call aside; resolves with false where the day's budget does not hold them. */
  reserve(usd: number): Promise<boolean>;
  /** Replaces a reservation of `reserved` by what it came to. */
  settle(reserved: number, usd: number): Promise<void>;
  spent(): Promise<Spent>;
  readonly limits: BudgetLimits;
}

const KEPT_MS = 3 * 24 * 3_600_000;
const NOTHING: Spent = { usd: 0, calls: 0 };

export const createBudget = (records: Records, limits: BudgetLimits, now: () => number): Budget => {
  const today = (): string => new Date(now()).toISOString().slice(0, 10);
  const read = (value: unknown): Spent => spentSchema.safeParse(value).data ?? NOTHING;

  return {
    limits,
    async reserve(usd) {
      let isGranted = false;
      await records.update('budget', today(), (current) => {
        const { usd: spent, calls } = read(current);
        isGranted = spent + usd <= limits.usd && calls + 1 <= limits.calls;
        return isGranted ? { value: { usd: spent + usd, calls: calls + 1 }, ttlMs: KEPT_MS } : 'keep';
      });
      return isGranted;
    },
    async settle(reserved, usd) {
      await records.update('budget', today(), (current) => {
        const spent = read(current);
        return { value: { ...spent, usd: Math.max(0, spent.usd - reserved + usd) }, ttlMs: KEPT_MS };
      });
    },
    spent: async () => read(await records.get('budget', today())),
  };
};
