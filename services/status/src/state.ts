import { STATUSES, tokenCountSchema } from '@crewboard/contract';
import { z } from 'zod';
import { initialTurn, TURN_STATES } from './machine.ts';

const ms = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

const openToolSchema = z.object({ tool: z.string(), input: z.string(), at: ms, agentId: z.string().nullable() });
export type OpenTool = z.infer<typeof openToolSchema>;

const presenceSchema = z.object({
  status: z.enum(['busy', 'idle', 'waiting', 'shell']).nullable(),
  waitingFor: z.string().nullable(),
  /** Since when this process says so. */
  since: ms,
});
export type Presence = z.infer<typeof presenceSchema>;

/**
 * All that the fold of one session's events keeps. It depends on the events and their order alone: what only passing
 * time brings (time-outs) is worked out from it when a card is made, and never stored here.
 */
export const sessionStateSchema = z.object({
  sessionId: z.string(),
  machine: z.string(),
  /** The latest `occurredAt` of all events so far. */
  clock: ms,
  startedAt: ms,
  lastActivityAt: ms,
  /** The last position seen of each stream: anything at or before it is a repeat. */
  positions: z.record(z.string(), count),

  /** What the transcript says: the turn, since when, and its last sign of life. */
  turn: z.object({ state: z.enum(TURN_STATES), at: ms, signAt: ms }),
  /** Tool calls without a result, oldest first, by tool use id. */
  openTools: z.record(z.string(), openToolSchema),
  backgroundAgents: count,
  failure: z.object({ reason: z.string(), at: ms }).nullable(),
  isInterrupted: z.boolean(),

  /** What the client's live processes say, by pid. */
  presences: z.record(z.string(), presenceSchema),
  /** How the last process went, until another sign of life. */
  exit: z.object({ how: z.enum(['clean', 'crashed', 'unseen', 'left']), at: ms }).nullable(),

  /**
   * The status that was last decided at an event, since when (a change of source alone does not begin it anew), and when time
   * alone may change it; null for never.
   */
  shown: z.object({ status: z.enum(STATUSES), since: ms, until: ms.nullable() }).nullable(),

  location: z
    .object({
      cwd: z.string(),
      repo: z.string(),
      remote: z.string().nullable(),
      branch: z.string().nullable(),
      worktree: z.string().nullable(),
      owner: z.string().nullable(),
    })
    .nullable(),
  entrypoint: z.string().nullable(),
  clientVersion: z.string().nullable(),
  titles: z.object({ person: z.string().nullable(), model: z.string().nullable(), client: z.string().nullable() }),
  goal: z.string().nullable(),
  reply: z.string().nullable(),
  model: z.string().nullable(),
  permissionMode: z.string().nullable(),
  prompts: count,
  tokens: z.record(z.string(), tokenCountSchema),
  contextTokens: count,
  cost: z.object({ usd: z.number().nonnegative(), linesAdded: count, linesRemoved: count }).nullable(),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** A session of which nothing is known but that an event named it. */
export const initialState = (sessionId: string, machine: string, at: number): SessionState => ({
  sessionId,
  machine,
  clock: at,
  startedAt: at,
  lastActivityAt: at,
  positions: {},
  turn: { state: initialTurn, at, signAt: at },
  openTools: {},
  backgroundAgents: 0,
  failure: null,
  isInterrupted: false,
  presences: {},
  exit: null,
  shown: null,
  location: null,
  entrypoint: null,
  clientVersion: null,
  titles: { person: null, model: null, client: null },
  goal: null,
  reply: null,
  model: null,
  permissionMode: null,
  prompts: 0,
  tokens: {},
  contextTokens: 0,
  cost: null,
});
