import type { Records } from '@crewboard/records';
import { z } from 'zod';

const memorySchema = z.object({
  /** What the card meant when it was summed up last, see `meaning.ts`. */
  meaning: z.string(),
  /** Of the last input, and the goal that was found in it. */
  hash: z.string(),
  goal: z.string().nullable(),
  /** When a model was asked last, in ms since 1970; 0 for never. */
  askedAt: z.number(),
  lock: z.object({ by: z.string(), until: z.number() }).nullable(),
});
/** What all replicas know of the summaries of one session. */
export type Memory = z.infer<typeof memorySchema>;

const NOTHING: Memory = { meaning: '', hash: '', goal: null, askedAt: 0, lock: null };
/** Longer than a question to a model takes: after that its holder is dead. */
const LOCK_MS = 2 * 60_000;
/** A session that is not heard of for so long is summed up anew. */
const KEPT_MS = 40 * 24 * 3_600_000;

/** One replica at a time sums a session up. */
export interface SummaryMemory {
  meaningOf(sessionId: string): Promise<string>;
  /** What is known, and the right to sum up; `undefined` while another replica does. */
  take(sessionId: string): Promise<Memory | undefined>;
  /** Gives the right back, with what came of it. */
  give(sessionId: string, found: Partial<Omit<Memory, 'lock'>>): Promise<void>;
  forget(sessionId: string): Promise<void>;
}

export const createSummaryMemory = (records: Records, holder: string, now: () => number): SummaryMemory => {
  const read = (value: unknown): Memory => memorySchema.safeParse(value).data ?? NOTHING;

  return {
    meaningOf: async (sessionId) => read(await records.get('summary', sessionId)).meaning,
    async take(sessionId) {
      let taken: Memory | undefined;
      await records.update('summary', sessionId, (current) => {
        const memory = read(current);
        const isHeld = memory.lock !== null && memory.lock.by !== holder && memory.lock.until > now();
        taken = isHeld ? undefined : memory;
        return isHeld ? 'keep' : { value: { ...memory, lock: { by: holder, until: now() + LOCK_MS } }, ttlMs: KEPT_MS };
      });
      return taken;
    },
    async give(sessionId, found) {
      await records.update('summary', sessionId, (current) => {
        const memory = read(current);
        // Who was too slow has lost the right, and what it found is known by then.
        if (memory.lock?.by !== holder) return 'keep';
        return { value: { ...memory, ...found, lock: null }, ttlMs: KEPT_MS };
      });
    },
    async forget(sessionId) {
      await records.update('summary', sessionId, () => 'remove');
    },
  };
};
