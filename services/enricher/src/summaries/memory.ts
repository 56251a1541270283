import { compareOffsets, type Offset } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import { z } from 'zod';

const memorySchema = z.object({
  /** What the card meant when it was summed up last, see `meaning.ts`. */
  meaning: z.string(),
  /** The change of the card that the last summary covers. */
  through: z.string(),
  /** Of the last input that a model had, and the goal that it found. */
  hash: z.string(),
  goal: z.string().nullable(),
  /** When a model was asked last, in ms since 1970; 0 for never. */
  askedAt: z.number(),
  lock: z.object({ by: z.string(), until: z.number() }).nullable(),
});
/** What all replicas know of the summaries of one session. */
export type Memory = z.infer<typeof memorySchema>;

const NOTHING: Memory = { meaning: '', through: '0-0', hash: '', goal: null, askedAt: 0, lock: null };
/** Longer than a question to a model takes: after that its holder is dead. */
const LOCK_MS = 2 * 60_000;
/** A session that is not heard of for so long is summed up anew. */
const KEPT_MS = 40 * 24 * 3_600_000;

/** One replica at a time sums a session up. */
export interface SummaryMemory {
  /** What is known, without any right. */
  look(sessionId: string): Promise<Memory>;
  /** What is known, and the right to sum up; `undefined` while another replica does. */
  take(sessionId: string): Promise<Memory | undefined>;
  /** Gives the right back, with what came of it. */
  give(sessionId: string, found: Partial<Omit<Memory, 'lock'>>): Promise<void>;
  forget(sessionId: string): Promise<void>;
}

/** True where a summary is known that needs no other for a card of this meaning, told by this change. */
export const isCovered = (known: Memory, meaning: string, through: Offset): boolean =>
  known.meaning === meaning || compareOffsets(through, known.through) <= 0;

export const createSummaryMemory = (records: Records, holder: string, now: () => number): SummaryMemory => {
  const read = (value: unknown): Memory => memorySchema.safeParse(value).data ?? NOTHING;

  return {
    look: async (sessionId) => read(await records.get('summary', sessionId)),
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
      await records.update('summary', sessionId, (current) => (current === undefined ? 'keep' : 'remove'));
    },
  };
};
