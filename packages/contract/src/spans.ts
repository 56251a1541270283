import { z } from 'zod';
import { askSchema } from './card.ts';

const epochMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const name = z.string().max(200);

/** So many files of one span are named; the others are in `moreFiles`. */
export const SPAN_FILES_MAX = 20;

/**
 * One stretch of a session's time that is over: from `since` to `at`, in ms since 1970. What a session waited for, what its work
 * cost, and what ran beside it. Told when it ends.
 */
export const spanSchema = z.discriminatedUnion('kind', [
  /** A person was asked, and is not any more. `next`: what the session did next. A guess from silence is no ask. */
  z.object({
    kind: z.literal('ask'),
    since: epochMs,
    at: epochMs,
    /** Where it was about a call: the `toolUseId` of that call in the story. */
    id: z.string(),
    ask: askSchema.shape.kind,
    tool: z.string().nullable(),
    input: z.string().nullable(),
    agentId: z.string().nullable(),
    next: z.enum(['went_on', 'stopped', 'ended']),
  }),
  /** A turn, or some minutes of a long one: what it used, its subagents' work included, and the files that it wrote. */
  z.object({
    kind: z.literal('work'),
    since: epochMs,
    at: epochMs,
    tokens: z.object({ input: count, output: count, cacheRead: count, cacheWrite: count }),
    /** Tokens times list prices; null where a model among them has none. */
    costUsd: z.number().nonnegative().nullable(),
    /** Tokens in the model's context at its end. */
    contextTokens: count,
    /** How often each file was written; empty where the machine's tier tells no paths. At most {@link SPAN_FILES_MAX}. */
    files: z.array(z.object({ path: z.string(), edits: count })).max(SPAN_FILES_MAX),
    /** Edits of files beyond those. */
    moreFiles: count,
  }),
  /** A subagent in the background. One that its caller waits for is a call of the story. */
  z.object({
    kind: z.literal('agent'),
    since: epochMs,
    at: epochMs,
    agentId: z.string(),
    type: name.nullable(),
    description: z.string().nullable(),
    outcome: z.enum(['done', 'failed', 'stopped']),
  }),
]);
export type Span = z.infer<typeof spanSchema>;
export type SpanOf<Kind extends Span['kind']> = Extract<Span, { kind: Kind }>;
