import type { EventOf, SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { agentsSchema, evolveAgents, isStopped, openToolsAfter, type Stop, stopSchema } from './agents.ts';
import { count, ms, openToolSchema } from './fields.ts';
import { keptSchema, nothingKept } from './kept.ts';
import { initialTurn } from './machine.ts';
import { shellsAfter, shellsSchema } from './shells.ts';
import { advanceTurn, stepTurn, type TurnAtWork, turnEventOf, turnSchema } from './turn.ts';

/** All that the transcripts say of what the session does. Only events of transcripts touch it, whatever else arrives between them. */
export const transcriptSchema = z.object({
  /** The session's own turn: subagents have files of their own. */
  turn: turnSchema,
  /** How the last turn ended; null while one is under way. */
  ended: z.object({ how: z.enum(['done', 'interrupted', 'failed']), at: ms, reason: z.string().nullable() }).nullable(),
  backgroundAgents: count,
  retry: z
    .object({ attempt: count, of: count.nullable(), httpStatus: count.nullable(), retryAt: ms, at: ms })
    .nullable(),
  compactedAt: ms.nullable(),
  /** The client wrote its totals and nothing after them: it does so when it is done with a session. */
  closedAt: ms.nullable(),
  openTools: keptSchema(openToolSchema),
  /** The latest calls that have their result, the session's and its subagents'; and what it means to a subagent that was called so. */
  finished: keptSchema(z.object({ at: ms, stops: z.enum(['done', 'failed']).nullable() })),
  /** The latest background tasks that reported back: a subagent's is its id. */
  reported: keptSchema(stopSchema),
  shells: shellsSchema,
  agents: agentsSchema,
});
export type Transcript = z.infer<typeof transcriptSchema>;

export const initialTranscript: Transcript = {
  turn: { state: initialTurn, at: 0, signAt: 0 },
  ended: null,
  backgroundAgents: 0,
  retry: null,
  compactedAt: null,
  closedAt: null,
  openTools: nothingKept(),
  finished: nothingKept(),
  reported: nothingKept(),
  shells: nothingKept(),
  agents: nothingKept(),
};

export const evolveTranscript = (view: Transcript, event: SessionEvent): Transcript => {
  if (event.agentId !== undefined) return evolveOfAgent(view, event, event.agentId);
  if (event.type === 'BackgroundTaskEnded') {
    const { taskId, outcome } = event.data;
    const reported = view.reported.with(taskId, { outcome, at: event.occurredAt });
    return { ...view, shells: view.shells.without(taskId), reported };
  }
  if (event.type === 'CostReported') return { ...view, closedAt: event.occurredAt };
  if (event.type === 'CompactionFinished') return { ...view, compactedAt: event.occurredAt };
  const turnEvent = turnEventOf(event);
  if (!turnEvent) return view;
  // Time-outs that came before this sign decide from which state the turn goes on.
  const turn = stepTurn(advanceTurn(view, event.occurredAt).turn, turnEvent, event.occurredAt);
  const details = detailsAfter(view, event);
  // Field by field, as in `applied`: this is most of all events.
  return {
    turn,
    ended: endOf(event),
    backgroundAgents: details.backgroundAgents ?? view.backgroundAgents,
    retry: details.retry === undefined ? view.retry : details.retry,
    compactedAt: view.compactedAt,
    closedAt: null,
    openTools: details.openTools ?? view.openTools,
    finished: details.finished ?? view.finished,
    reported: view.reported,
    shells: details.shells ?? view.shells,
    agents: view.agents,
  };
};

const evolveOfAgent = (view: Transcript, event: SessionEvent, agentId: string): Transcript => {
  const agents = evolveAgents(view.agents, agentId, event);
  if (event.type !== 'ToolFinished') return { ...view, agents };
  const { toolUseId } = event.data;
  const finished = view.finished.get(toolUseId) ?? { at: event.occurredAt, stops: null };
  return { ...view, agents, finished: view.finished.with(toolUseId, finished) };
};

/** The results of the session's own calls: what one means to a subagent that was called so. */
const withResult = ({ finished }: Transcript, { data, occurredAt: at }: EventOf<'ToolFinished'>) => {
  const stops = data.background ? null : data.outcome === 'done' ? ('done' as const) : ('failed' as const);
  return { finished: finished.with(data.toolUseId, { at, stops }) };
};

/** How a subagent ended: by its own file, by its task's report, or by the result of its call. Null while it works. */
export const stopOfAgent = ({ agents, finished, reported }: Transcript, agentId: string): Stop | null => {
  const agent = agents.get(agentId);
  if (!agent) return null;
  const call = finished.get(agent.toolUseId ?? '');
  const byCall = call?.stops && !agent.isBackground ? { outcome: call.stops, at: call.at } : null;
  let last: Stop | null = null;
  for (const stop of [agent.stopped, reported.get(agentId), byCall])
    if (stop && (!last || stop.at > last.at)) last = stop;
  return last && isStopped(agent, last) ? last : null;
};

const endOf = (event: SessionEvent): Transcript['ended'] => {
  const at = event.occurredAt;
  switch (event.type) {
    case 'TurnEnded':
      return { how: 'done', at, reason: null };
    case 'TurnInterrupted':
      return { how: 'interrupted', at, reason: null };
    case 'TurnFailed':
      return { how: 'failed', at, reason: event.data.reason };
    default:
      return null;
  }
};

type Details = Partial<Pick<Transcript, 'openTools' | 'finished' | 'shells' | 'backgroundAgents' | 'retry'>>;

const detailsAfter = (view: Transcript, event: SessionEvent): Details => {
  switch (event.type) {
    case 'ToolRequested':
      return { openTools: openToolsAfter(view.openTools, event), retry: null };
    case 'ToolFinished': {
      const shells = shellsAfter(view.shells, event, view.openTools.get(event.data.toolUseId));
      return { openTools: openToolsAfter(view.openTools, event), ...withResult(view, event), shells };
    }
    case 'TurnEnded':
      return { openTools: nothingKept(), backgroundAgents: event.data.backgroundAgents, retry: null };
    case 'PromptSubmitted':
    case 'TurnInterrupted':
    case 'TurnFailed':
      return { openTools: nothingKept(), backgroundAgents: 0, retry: null };
    case 'RequestRetried':
      return { retry: { ...event.data, at: event.occurredAt } };
    default:
      return view.retry ? { retry: null } : {};
  }
};

/** The turn with what its subagents do: their signs are the session's, and so are their calls. */
export const wholeTurn = (view: Transcript): TurnAtWork => {
  const { turn, openTools, agents } = view;
  let signAt = turn.signAt;
  let all = openTools;
  for (const [id, agent] of agents) {
    if (stopOfAgent(view, id)) continue;
    signAt = Math.max(signAt, agent.signAt);
    all = all.and(agent.openTools);
  }
  const goesOn = turn.state === 'waiting_for_input' && signAt > turn.signAt;
  return { turn: { ...turn, state: goesOn ? 'working' : turn.state, signAt }, openTools: all };
};
