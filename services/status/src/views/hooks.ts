import type { EventOf, SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { agentsSchema, evolveAgents, openToolsAfter } from './agents.ts';
import { count, ms, openToolSchema, withLast } from './fields.ts';
import { keptSchema, nothingKept } from './kept.ts';
import { shellsAfter, shellsSchema } from './shells.ts';

/** Something that a hook said a person is asked. */
export const hookAskSchema = z.object({
  kind: z.enum(['permission', 'question', 'plan', 'elicitation']),
  tool: z.string().nullable(),
  input: z.string().nullable(),
  toolUseId: z.string().nullable(),
  agentId: z.string().nullable(),
  at: ms,
});
export type HookAsk = z.infer<typeof hookAskSchema>;

/** All that the hooks say. Only events of hooks touch it, whatever else arrives between them. */
export const hooksSchema = z.object({
  /** The turn, since when, and its last sign; `started` before the first one. Null until a hook told of the session. */
  turn: z
    .object({
      state: z.enum(['started', 'working', 'done', 'failed']),
      at: ms,
      signAt: ms,
      reason: z.string().nullable(),
    })
    .nullable(),
  promptId: z.string().nullable(),
  backgroundAgents: count,
  openTools: keptSchema(openToolSchema),
  /** The latest calls that have their result: hooks that run at once may be heard in the wrong order. */
  finished: z.array(z.string()).readonly(),
  /** Asks without an answer, by their id, the oldest first. */
  asks: keptSchema(hookAskSchema),
  agents: agentsSchema,
  shells: shellsSchema,
  compactingAt: ms.nullable(),
  /** The client said that it is done with the session. */
  ended: z.object({ reason: z.string(), at: ms }).nullable(),
});
export type Hooks = z.infer<typeof hooksSchema>;

export const silentHooks: Hooks = {
  turn: null,
  promptId: null,
  backgroundAgents: 0,
  openTools: nothingKept(),
  finished: [],
  asks: nothingKept(),
  agents: nothingKept(),
  shells: nothingKept(),
  compactingAt: null,
  ended: null,
};

/** Hooks of one moment are heard in any order: a call that is heard so shortly after the end of a turn came before it. */
const SAME_MOMENT_MS = 250;

export const evolveHooks = (view: Hooks, event: SessionEvent): Hooks => {
  switch (event.type) {
    case 'PromptSubmitted':
      return promptSubmitted(view, event);
    case 'ToolRequested':
      return toolRequested(view, event);
    case 'ToolFinished':
      return toolFinished(view, event);
    case 'PermissionRequested':
      return permissionRequested(view, event);
    case 'ElicitationRequested':
      return asked(view, `elicitation:${event.data.server}`, {
        kind: 'elicitation',
        tool: event.data.server,
        input: event.data.message,
        toolUseId: null,
        agentId: event.agentId ?? null,
        at: event.occurredAt,
      });
    case 'ElicitationAnswered':
      return { ...view, asks: view.asks.without(`elicitation:${event.data.server}`) };
    case 'Notified':
      return notified(view, event);
    case 'TurnEnded':
    case 'TurnFailed':
      return event.agentId === undefined ? turnOver(view, event) : view;
    case 'SubagentStarted':
    case 'SubagentStopped':
      return ofAgent(view, event);
    case 'CompactionStarted':
      return { ...view, compactingAt: event.occurredAt };
    case 'CompactionFinished':
      return { ...view, compactingAt: null };
    case 'SessionStarted':
      return sessionStarted(view, event);
    case 'SessionEnded':
      return {
        ...view,
        ended: { reason: event.data.reason, at: event.occurredAt },
        asks: nothingKept(),
        openTools: nothingKept(),
        compactingAt: null,
      };
    default:
      return view;
  }
};

const sessionStarted = (view: Hooks, { data, occurredAt: at }: EventOf<'SessionStarted'>): Hooks => {
  // In the midst of a turn.
  if (data.how === 'compact') return view;
  return { ...silentHooks, finished: view.finished, turn: { state: 'started', at, signAt: at, reason: null } };
};

const ofAgent = (view: Hooks, event: SessionEvent): Hooks =>
  event.agentId === undefined ? view : { ...view, agents: evolveAgents(view.agents, event.agentId, event) };

/** A sign that a turn is under way. `begins`: it is a new one, or the first that is heard of. */
const working = ({ turn }: Hooks, at: number, begins: boolean): Hooks['turn'] => {
  if (begins || turn?.state !== 'working') return { state: 'working', at, signAt: at, reason: null };
  return at > turn.signAt ? { ...turn, signAt: at } : turn;
};

const promptSubmitted = (view: Hooks, { occurredAt, data }: EventOf<'PromptSubmitted'>): Hooks => {
  const promptId = data.promptId ?? null;
  // What is typed while a turn runs has the running turn's id, and answers nothing.
  const isQueued = promptId !== null && promptId === view.promptId && view.turn?.state === 'working';
  const turn = working(view, occurredAt, !isQueued);
  if (isQueued) return { ...view, turn, ended: null };
  const asks = view.asks.filter(({ agentId }) => agentId !== null);
  return {
    ...view,
    turn,
    promptId,
    asks,
    openTools: nothingKept(),
    backgroundAgents: 0,
    compactingAt: null,
    ended: null,
  };
};

const isAfterEnd = ({ turn }: Hooks, at: number): boolean =>
  turn !== null && turn.state !== 'working' && at <= turn.at + SAME_MOMENT_MS;

const toolRequested = (view: Hooks, event: EventOf<'ToolRequested'>): Hooks => {
  if (view.finished.includes(event.data.toolUseId)) return view;
  if (event.agentId !== undefined) return ofAgent(view, event);
  if (isAfterEnd(view, event.occurredAt)) return view;
  return {
    ...view,
    turn: working(view, event.occurredAt, false),
    openTools: openToolsAfter(view.openTools, event),
    ended: null,
  };
};

const toolFinished = (view: Hooks, event: EventOf<'ToolFinished'>): Hooks => {
  const { toolUseId } = event.data;
  const asks = view.asks.size === 0 ? view.asks : view.asks.filter((ask) => ask.toolUseId !== toolUseId);
  const finished = withLast(view.finished, toolUseId);
  const call = view.openTools.get(toolUseId);
  const shells = shellsAfter(view.shells, event, call);
  if (event.agentId !== undefined) return { ...ofAgent(view, event), asks, finished, shells };
  const openTools = openToolsAfter(view.openTools, event);
  // A result opens no turn: it may be heard after the end of its own.
  const turn = view.turn?.state === 'working' ? working(view, event.occurredAt, false) : view.turn;
  return { ...view, turn, asks, openTools, finished, shells };
};

const permissionRequested = (view: Hooks, event: EventOf<'PermissionRequested'>): Hooks => {
  const { kind, tool, input, toolUseId } = event.data;
  if (toolUseId !== null && view.finished.includes(toolUseId)) return view;
  const agentId = event.agentId ?? null;
  if (agentId === null && isAfterEnd(view, event.occurredAt)) return view;
  const ask: HookAsk = { kind, tool, input, toolUseId, agentId, at: event.occurredAt };
  const turn = agentId === null ? working(view, event.occurredAt, false) : view.turn;
  return asked({ ...view, turn }, toolUseId ?? `hook:${event.position}`, ask);
};

const asked = (view: Hooks, id: string, ask: HookAsk): Hooks => {
  // One that is exact takes the place of one that a notification stands for.
  return { ...view, asks: view.asks.without(NOTIFIED).with(id, ask) };
};

const NOTIFIED = 'notified';

/** The client's calls for a person that no other hook stands for. `idle_prompt` comes after every turn and is none. */
const NEEDS_PERSON: ReadonlyMap<string, HookAsk['kind']> = new Map([
  ['permission_prompt', 'permission'],
  ['worker_permission_prompt', 'permission'],
  ['agent_needs_input', 'question'],
]);

/** It comes seconds after the dialog, so it stands for one that is not known better (clients without PermissionRequest). */
const notified = (view: Hooks, { data, occurredAt, agentId }: EventOf<'Notified'>): Hooks => {
  const kind = NEEDS_PERSON.get(data.kind);
  if (!kind || view.asks.size > 0) return view;
  const newest = view.openTools.newest();
  return asked(view, NOTIFIED, {
    kind,
    tool: newest?.[1].tool ?? null,
    input: newest?.[1].input ?? data.message,
    toolUseId: newest?.[0] ?? null,
    agentId: agentId ?? null,
    at: occurredAt,
  });
};

const turnOver = (
  view: Hooks,
  { type, data, occurredAt: at }: EventOf<'TurnEnded'> | EventOf<'TurnFailed'>,
): Hooks => ({
  ...view,
  turn:
    type === 'TurnFailed'
      ? { state: 'failed', at, signAt: at, reason: data.reason }
      : { state: 'done', at, signAt: at, reason: null },
  backgroundAgents: type === 'TurnFailed' ? 0 : data.backgroundAgents,
  openTools: nothingKept(),
  // Subagents that work on may still ask.
  asks: view.asks.filter(({ agentId }) => agentId !== null),
  compactingAt: null,
});
