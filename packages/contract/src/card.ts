import { z } from 'zod';

export const STATUSES = ['working', 'waiting_for_approval', 'waiting_for_input', 'idle'] as const;
export const statusSchema = z.enum(STATUSES);
export type Status = z.infer<typeof statusSchema>;

const epochMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** One thing that a person is asked. `since` is when the question was put. */
export const askSchema = z.object({
  /** The same for as long as the ask is open. */
  id: z.string(),
  kind: z.enum(['permission', 'question', 'plan', 'elicitation', 'dialog']),
  tool: z.string().nullable(),
  /** A preview, masked and cut. */
  input: z.string().nullable(),
  since: epochMs,
  /** The subagent that asks; null for the session itself. */
  agentId: z.string().nullable(),
});
export type Ask = z.infer<typeof askSchema>;

export const EVIDENCE_SOURCES = ['presence', 'hook', 'job', 'transcript', 'process', 'machine', 'timeout'] as const;

/** Which source decided the status, what it said in words for a person, and when. `inferred`: a time-out guessed it. */
export const evidenceSchema = z.object({
  source: z.enum(EVIDENCE_SOURCES),
  says: z.string(),
  at: epochMs,
  inferred: z.boolean(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** What a status alone does not say: why a session rests, or what its work consists of. */
export const CONDITIONS = [
  /** A person stopped the turn. */
  'interrupted',
  /** The request to the model failed for good. */
  'failed',
  /** The request failed and is tried again by the client. */
  'retrying',
  /** The conversation is being shortened. */
  'compacting',
  /** The turn is over, agents work on. */
  'background_agents',
  /** The turn is over, a shell runs on: the person may type. */
  'background_shell',
  /** The process was closed. */
  'closed',
  /** The process is gone without an end. */
  'crashed',
  /** The process went on with another session. */
  'moved_on',
  /** The machine has not been heard from. */
  'offline',
  /** No source tells anything. */
  'unknown',
] as const;
export const conditionSchema = z.object({
  kind: z.enum(CONDITIONS),
  /** One sentence for a person. */
  says: z.string(),
  since: epochMs,
});
export type Condition = z.infer<typeof conditionSchema>;

/** A subagent of a session. */
export const subagentSchema = z.object({
  agentId: z.string(),
  type: z.string().nullable(),
  description: z.string().nullable(),
  status: z.enum(['working', 'waiting_for_approval', 'done', 'failed', 'stopped']),
  since: epochMs,
  /** One line of what it does. */
  now: z.string().nullable(),
  isBackground: z.boolean(),
});
export type Subagent = z.infer<typeof subagentSchema>;

export const backgroundShellSchema = z.object({
  id: z.string(),
  command: z.string().nullable(),
  since: epochMs.nullable(),
});
export type BackgroundShell = z.infer<typeof backgroundShellSchema>;

const link = z.object({ sessionId: z.string(), how: z.enum(['clear', 'resume', 'fork', 'background']).nullable() });
/** The sessions that this one goes on from, and that its process or a copy went on with. */
export const lineageSchema = z.object({ from: link.nullable(), to: link.nullable() });
export type Lineage = z.infer<typeof lineageSchema>;

export const taskSchema = z.object({
  id: z.string(),
  subject: z.string(),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
export type Task = z.infer<typeof taskSchema>;

/** Sources that contradict each other for more than two seconds. The first is the one that decides. */
export const disagreementSchema = z.object({
  since: epochMs,
  sources: z.array(z.object({ source: z.enum(EVIDENCE_SOURCES), says: z.string(), at: epochMs })).min(2),
});
export type Disagreement = z.infer<typeof disagreementSchema>;

export const tokenCountSchema = z.object({
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  /** The part of `cacheWrite` that is kept for an hour. */
  cacheWrite1h: count,
});
export type TokenCount = z.infer<typeof tokenCountSchema>;

export const usageSchema = z.object({
  tokens: z.record(z.string(), tokenCountSchema),
  costUsd: z.number().nonnegative().nullable(),
  /** Whose figure: the client's own total, or tokens times a price table (of what the client did not total itself). */
  costBy: z.enum(['client', 'estimate']).nullable(),
  /** Tokens in the model's context at the last message. */
  contextTokens: count,
  /** How many the model's context holds; null for an unknown model. */
  contextWindow: count.nullable(),
  linesAdded: count,
  linesRemoved: count,
});
export type Usage = z.infer<typeof usageSchema>;

/** Somebody looks at what the session needs a person for. `on` is the id of an open need; with that, the claim ends. */
export const claimSchema = z.object({
  by: z.string(),
  at: epochMs,
  on: z.string(),
  about: z.enum(['ask', 'checks', 'review']),
});
export type Claim = z.infer<typeof claimSchema>;

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
  /** The first of `asks`: the one that stands longest. */
  attention: askSchema.nullable(),
  /** All that a person is asked at the moment, the oldest first. */
  asks: z.array(askSchema),
  claim: claimSchema.nullable().default(null),
  condition: conditionSchema.nullable(),
  evidence: evidenceSchema,
  disagreement: disagreementSchema.nullable(),
  machine: z.string(),
  owner: z.string().nullable(),
  repo: z.string(),
  remote: z.string().nullable(),
  branch: z.string().nullable(),
  worktree: z.string().nullable(),
  cwd: z.string(),
  /** Where its process runs in tmux, as `-t` takes it (`session:@window.%pane`); null where that is not known. */
  tmux: z.string().nullable().default(null),
  title: z.string(),
  /** What the session is for: the first thing that a person asked. */
  goal: z.string().nullable(),
  /** One line of what it does or did last. */
  now: z.string().nullable(),
  model: z.string().nullable(),
  permissionMode: z.string().nullable(),
  entrypoint: z.string().nullable(),
  /** `headless`: run by a program (`claude -p`, an SDK). `background`: in the client's own daemon (`claude --bg`). */
  kind: z.enum(['interactive', 'headless', 'background']),
  clientVersion: z.string().nullable(),
  /** Shells that go on although the turn is over. */
  backgroundShells: z.array(backgroundShellSchema),
  /** Those that work first, then the newest; at most 20. */
  subagents: z.array(subagentSchema),
  lineage: lineageSchema,
  /** Null where the session keeps no list. */
  tasks: z.array(taskSchema).nullable(),
  prompts: count,
  /** Pull requests that the session itself told of, and commits that it made: the latest ten of each, the newest last. */
  pullRequestLinks: z.array(
    z.object({ url: z.string(), number: count, repository: z.string(), by: z.enum(['client', 'output']) }),
  ),
  commits: z.array(z.string()),
  usage: usageSchema,
  startedAt: epochMs,
  lastActivityAt: epochMs,
});
export type Card = z.infer<typeof cardSchema>;

/** One entry of a session's history: the status that began at `at`, and why. */
export const statusChangeSchema = z.object({
  at: epochMs,
  status: statusSchema,
  ended: z.boolean(),
  condition: z.enum(CONDITIONS).nullable(),
  asks: z.array(askSchema.pick({ kind: true, tool: true, agentId: true })),
  evidence: evidenceSchema,
  disagreement: disagreementSchema.nullable(),
});
export type StatusChange = z.infer<typeof statusChangeSchema>;

/** A pull request as its host last told it. */
export const pullRequestSchema = z.object({
  url: z.string(),
  number: count,
  repository: z.string(),
  title: z.string().nullable(),
  state: z.enum(['open', 'draft', 'merged', 'closed']),
  /** The branch that it brings, and the commit at its head. */
  branch: z.string().nullable(),
  head: z.string().nullable(),
  /** What the reviewers decided; null while nobody has to or has yet. */
  review: z.enum(['approved', 'changes_requested', 'required']).nullable(),
  /** Null while the host works it out. */
  isMergeable: z.boolean().nullable(),
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['pending', 'passed', 'failed', 'skipped']),
      /** Where its run can be read. */
      url: z.string().nullable(),
    }),
  ),
  /** How the session was found to belong to it. */
  linkedBy: z.enum(['client', 'branch', 'commit', 'url']),
  /** When its host told this, by the board's clock. */
  seenAt: epochMs,
});
export type PullRequest = z.infer<typeof pullRequestSchema>;

/** What a session is about, beside the line of its `summary`. */
export const briefSchema = z.object({
  /** One line; stays as it is while the session goes on with the same thing. */
  goal: z.string().max(200).nullable(),
  /** What an open ask needs a person for; null while nothing is asked. */
  needed: z.string().max(300).nullable(),
  /** The ask that `needed` is about: it says nothing of another. */
  askId: z.string().nullable().default(null),
  /** Who wrote it: a model, or nobody: then it is the session's own last words. */
  by: z.enum(['model', 'extract']),
  /** The change of the card that it covers: of two, the later holds, whichever came first. */
  through: z.string(),
  at: epochMs,
});
export type Brief = z.infer<typeof briefSchema>;

/** A card with what the enricher knows of it: the session as everyone outside sees it. */
export const sessionSchema = cardSchema.extend({
  /** What it does or did last, in one line or two. */
  summary: z.string().nullable(),
  brief: briefSchema.nullable(),
  pullRequest: pullRequestSchema.nullable(),
});
export type Session = z.infer<typeof sessionSchema>;
