import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { DAY_MS, epochMs } from './shapes.ts';

export const CLAIM_TTL_MS = 60 * DAY_MS;

const claimSchema = z.object({ machineId: z.string(), renewAt: epochMs });
type ClaimRecord = z.infer<typeof claimSchema>;

export interface Claims {
  /** The machine that may write a session: the first that did, until it was silent for 60 days. A repeat changes nothing. */
  claim(sessionId: string, machineId: string): Promise<{ machineId: string; isNew: boolean }>;
  /** The machine that may write a session; `undefined` where any may. Claims nothing. */
  holderOf(sessionId: string): Promise<string | undefined>;
  /** Lets another machine have it. Only its own machine gives it up. */
  releaseClaim(sessionId: string, machineId: string): Promise<void>;
}

const parse = (value: unknown): ClaimRecord | undefined => claimSchema.safeParse(value).data;

export const createClaims = (records: Records, now: () => number): Claims => ({
  async claim(sessionId, machineId) {
    const at = now();
    const before = parse(
      await records.update('claim', sessionId, (current) => {
        const claim = parse(current);
        const isToWrite = !claim || (claim.machineId === machineId && claim.renewAt <= at);
        if (!isToWrite) return 'keep';
        // Renewed when half of it is over: a session that is written all day costs a write a month.
        const value: ClaimRecord = { machineId, renewAt: at + CLAIM_TTL_MS / 2 };
        return { value, ttlMs: CLAIM_TTL_MS };
      }),
    );
    return { machineId: before?.machineId ?? machineId, isNew: before === undefined };
  },
  async holderOf(sessionId) {
    return parse(await records.get('claim', sessionId))?.machineId;
  },
  async releaseClaim(sessionId, machineId) {
    await records.update('claim', sessionId, (current) =>
      parse(current)?.machineId === machineId ? 'remove' : 'keep',
    );
  },
});
