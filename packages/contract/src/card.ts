import { z } from 'zod';

export const STATUSES = ['working', 'waiting_for_approval', 'waiting_for_input', 'idle'] as const;
export const statusSchema = z.enum(STATUSES);
export type Status = z.infer<typeof statusSchema>;

const epochMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** What a session waits for a person to decide. `since` is when the question was put. */
export const attentionSchema = z.object({
  kind: z.enum(['permission', 'question', 'plan', 'dialog']),
  tool: z.string().nullable(),
  input: z.string().nullable(),
  since: epochMs,
});
export type Attention = z.infer<typeof attentionSchema>;

/** Which source decided the status, what it said in words for a person, and when. `inferred`: a time-out guessed it. */
export const evidenceSchema = z.object({
  source: z.enum(['presence', 'transcript', 'process', 'timeout']),
  says: z.string(),
  at: epochMs,
  inferred: z.boolean(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const tokenCountSchema = z.object({ input: count, output: count, cacheRead: count, cacheWrite: count });
export type TokenCount = z.infer<typeof tokenCountSchema>;

export const usageSchema = z.object({
  tokens: z.record(z.string(), tokenCountSchema),
  /** The client's own figure; null until it wrote one. */
  costUsd: z.number().nonnegative().nullable(),
  /** Tokens in the model's context at the last message. */
  contextTokens: count,
  linesAdded: count,
  linesRemoved: count,
});
export type Usage = z.infer<typeof usageSchema>;

/** One session as the status service knows it. Only that service writes cards. All times in ms since 1970. */
export const cardSchema = z.object({
  sessionId: z.string(),
  status: statusSchema,
  /** The process is gone or went on with another session. */
  ended: z.boolean(),
  /** Since when the session is in this status. */
  since: epochMs,
  /** Working without any sign since then; null while signs come. */
  quietSince: epochMs.nullable(),
  attention: attentionSchema.nullable(),
  evidence: evidenceSchema,
  machine: z.string(),
  owner: z.string().nullable(),
  repo: z.string(),
  remote: z.string().nullable(),
  branch: z.string().nullable(),
  worktree: z.string().nullable(),
  cwd: z.string(),
  title: z.string(),
  /** What the session is for: the first thing that a person asked. */
  goal: z.string().nullable(),
  /** One line of what it does or did last. */
  now: z.string().nullable(),
  model: z.string().nullable(),
  permissionMode: z.string().nullable(),
  entrypoint: z.string().nullable(),
  clientVersion: z.string().nullable(),
  /** A background shell that goes on although the turn is over. */
  hasBackgroundShell: z.boolean(),
  backgroundAgents: count,
  prompts: count,
  usage: usageSchema,
  startedAt: epochMs,
  lastActivityAt: epochMs,
});
export type Card = z.infer<typeof cardSchema>;

export const pullRequestSchema = z.object({
  url: z.string(),
  number: count,
  repository: z.string(),
  state: z.enum(['open', 'draft', 'merged', 'closed']),
  checks: z.array(z.object({ name: z.string(), state: z.enum(['pending', 'passed', 'failed']) })),
});
export type PullRequest = z.infer<typeof pullRequestSchema>;

/** A card with what the enricher knows of it: the session as everyone outside sees it. */
export const sessionSchema = cardSchema.extend({
  summary: z.string().nullable(),
  pullRequest: pullRequestSchema.nullable(),
});
export type Session = z.infer<typeof sessionSchema>;
