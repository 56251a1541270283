import { z } from 'zod';

/** The longest text of an entry, in UTF-16 units. */
export const STORY_TEXT_MAX = 1_000;

const epochMs = z.number().int().nonnegative();
const text = z.string().max(STORY_TEXT_MAX);
const name = z.string().max(200);

/**
 * One entry of what a session did, for people who read it and for summaries: as much of it as its machine's privacy tier let
 * through. `at` is when it happened, or ended, in ms since 1970.
 */
export const storyEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prompt'), at: epochMs, text, by: z.enum(['human', 'program', 'client']) }),
  z.object({ kind: z.literal('reply'), at: epochMs, text }),
  /** A call that has its result; `startedAt` is null where its beginning was not seen. */
  z.object({
    kind: z.literal('tool'),
    at: epochMs,
    startedAt: epochMs.nullable(),
    toolUseId: name,
    tool: name,
    input: text,
    outcome: z.enum(['done', 'error', 'rejected', 'interrupted', 'denied']),
    /** Who let it run; null where nobody told. */
    allowedBy: z.enum(['person', 'rule']).nullable(),
  }),
  z.object({ kind: z.literal('turn'), at: epochMs, how: z.enum(['done', 'interrupted', 'failed']), text }),
  z.object({ kind: z.literal('commit'), at: epochMs, sha: name }),
  /** Somebody began to look at what was needed of a person, or stopped. */
  z.object({ kind: z.literal('claim'), at: epochMs, by: name, how: z.enum(['taken', 'released']) }),
]);
export type StoryEntry = z.infer<typeof storyEntrySchema>;
