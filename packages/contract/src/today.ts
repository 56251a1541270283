import { z } from 'zod';
import { askSchema } from './card.ts';

const epochMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** How long sessions waited for a person, and for how many asks. Asks that were open at once in one session count once as time. */
const wait = { waitedMs: count, asks: count };

/**
 * Answer of GET /api/today: the board's own figures of one day, of the sessions that are on the board. `from` and `to` are the day's
 * first moment and the next day's, by the clocks of `timeZone`; all times in ms since 1970.
 */
export const todaySchema = z.object({
  timeZone: z.string(),
  from: epochMs,
  to: epochMs,
  now: epochMs,
  /** Asks that a person answered; null where nobody had to wait. */
  answered: count,
  medianWaitMs: count.nullable(),
  /** Asks that are open now. */
  open: count,
  /** The longest wait first, and so are those below by their figure. `repo: null` sums up what is beyond the first dozen. */
  waitsByRepository: z.array(z.object({ repo: z.string().nullable(), ...wait })),
  waitsByAsk: z.array(z.object({ ask: askSchema.shape.kind, ...wait })),
  /** Each hour of the day in its order, and how many sessions worked in it. */
  hours: z.array(z.object({ at: epochMs, sessions: count })),
  /** Tokens times list prices. `isWhole` is false where a model without a price was used too. */
  costsByRepository: z.array(
    z.object({ repo: z.string().nullable(), costUsd: z.number().nonnegative(), isWhole: z.boolean(), sessions: count }),
  ),
});
export type Today = z.infer<typeof todaySchema>;
