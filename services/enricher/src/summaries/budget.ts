import type { Records } from '@crewboard/records';
import { z } from 'zod';

/** What may be spent in one day (UTC) by all replicas together. */
export interface BudgetLimits {
  usd: number;
  calls: number;
}

const spentSchema = z.object({ usd: z.number().nonnegative(), calls: z.number().int().nonnegative() });
export type Spent = z.infer<typeof spentSchema>;

/** One call that may be made. It counts as spent until it is settled: whoever dies in between has spent it. */
export interface Reservation {
  /** What it came to. */
  settle(usd: number): Promise<void>;
}

export interface Budget {
  /** Sets `usd` and one call aside; `undefined` where the day's budget does not hold them. */
  reserve(usd: number): Promise<Reservation | undefined>;
  /** Of today. */
  spent(): Promise<Spent>;
  readonly limits: BudgetLimits;
}

const DAY_MS = 24 * 3_600_000;
const KEPT_MS = 3 * DAY_MS;
const NOTHING: Spent = { usd: 0, calls: 0 };

/** When the day's budget begins anew, in ms since 1970. */
export const nextDay = (now: number): number => (Math.floor(now / DAY_MS) + 1) * DAY_MS;

export const createBudget = (records: Records, limits: BudgetLimits, now: () => number): Budget => {
  const today = (): string => new Date(now()).toISOString().slice(0, 10);
  const read = (value: unknown): Spent => spentSchema.safeParse(value).data ?? NOTHING;

  return {
    limits,
    async reserve(reserved) {
      const day = today();
      let isGranted = false;
      await records.update('budget', day, (current) => {
        const { usd, calls } = read(current);
        isGranted = usd + reserved <= limits.usd && calls + 1 <= limits.calls;
        return isGranted ? { value: { usd: usd + reserved, calls: calls + 1 }, ttlMs: KEPT_MS } : 'keep';
      });
      if (!isGranted) return undefined;
      return {
        async settle(usd) {
          // Of the day that it was reserved in: it may be another by now.
          await records.update('budget', day, (current) => {
            const spent = read(current);
            return { value: { ...spent, usd: Math.max(0, spent.usd - reserved + usd) }, ttlMs: KEPT_MS };
          });
        },
      };
    },
    spent: async () => read(await records.get('budget', today())),
  };
};
