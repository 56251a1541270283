import type { SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { ms, type OpenTools, openToolSchema } from './fields.ts';
import { type Kept, keptSchema, nothingKept } from './kept.ts';

/** How a subagent ended, and when. */
export const stopSchema = z.object({ outcome: z.enum(['done', 'failed', 'stopped']), at: ms });
export type Stop = z.infer<typeof stopSchema>;

/** A subagent as one source tells it. */
export const agentSchema = z.object({
  startedAt: ms,
  signAt: ms,
  type: z.string().nullable(),
  description: z.string().nullable(),
  /** The parent's call. */
  toolUseId: z.string().nullable(),
  isBackground: z.boolean(),
  stopped: stopSchema.nullable(),
  openTools: keptSchema(openToolSchema),
});
export type Agent = z.infer<typeof agentSchema>;
export type Agents = Kept<Agent>;

export const agentsSchema = keptSchema(agentSchema);

/** Ends are told with the time of whoever noticed: a sign so shortly after one is no new beginning. */
const SAME_MOMENT_MS = 1_000;

/** It gave no sign since that end. One that is sent another message works again. */
export const isStopped = ({ signAt }: Pick<Agent, 'signAt'>, { at }: Stop): boolean => signAt <= at + SAME_MOMENT_MS;

const unseen = (at: number): Agent => ({
  startedAt: at,
  signAt: at,
  type: null,
  description: null,
  toolUseId: null,
  isBackground: false,
  stopped: null,
  openTools: nothingKept(),
});

/** The agents after an event of one of them. */
export const evolveAgents = (agents: Agents, agentId: string, event: SessionEvent): Agents => {
  const at = event.occurredAt;
  const known = agents.get(agentId) ?? unseen(at);
  if (event.type === 'SubagentStopped') {
    // One that is told to have stopped more than once stopped when it was told last.
    const stopped = known.stopped && known.stopped.at > at ? known.stopped : { outcome: event.data.outcome, at };
    return agents.with(agentId, { ...known, stopped, openTools: nothingKept() });
  }
  const agent: Agent = {
    ...known,
    startedAt: Math.min(known.startedAt, at),
    signAt: Math.max(known.signAt, at),
    openTools: openToolsAfter(known.openTools, event),
  };
  if (event.type !== 'SubagentStarted') return agents.with(agentId, agent);
  const { agentType, description, toolUseId, isBackground } = event.data;
  return agents.with(agentId, {
    ...agent,
    type: agentType ?? agent.type,
    description: description ?? agent.description,
    toolUseId: toolUseId ?? agent.toolUseId,
    isBackground: isBackground || agent.isBackground,
  });
};

/** Calls without a result, after an event of the same source and the same agent. */
export const openToolsAfter = (open: OpenTools, event: SessionEvent): OpenTools => {
  if (event.type === 'ToolFinished') return open.without(event.data.toolUseId);
  if (event.type !== 'ToolRequested') return open;
  const { toolUseId, tool, input } = event.data;
  return open.with(toolUseId, { tool, input, at: event.occurredAt });
};
