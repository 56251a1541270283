import { machineReportSchema } from '@crewboard/contract';
import { z } from 'zod';

/** How it stands with the board, as far as its answers told. */
export const standingSchema = z.object({
  /** The board's clock minus this machine's, in ms; null before the first answer. */
  clockSkewMs: z.number().int().nullable(),
  /** Null where it was not told. */
  boardVersion: z.string().nullable(),
  /** For people: why the board does not take what is sent, and what to do about it; null while it does. */
  trouble: z.string().nullable(),
});
export type Standing = z.infer<typeof standingSchema>;

const NOTHING_TOLD: Standing = { clockSkewMs: null, boardVersion: null, trouble: null };

/**
 * What the agent leaves on its own machine, for who asks there: its report, and what the board has no need to be told. That is absent
 * from what an older agent left.
 */
export const localReportSchema = machineReportSchema.extend({
  standing: standingSchema.default(NOTHING_TOLD),
  /** When events were accepted last, in ms since 1970; null before the first of this life. */
  acceptedAt: z.number().int().nullable().default(null),
});
export type LocalReport = z.infer<typeof localReportSchema>;
