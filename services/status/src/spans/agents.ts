import type { SessionEvent, SpanOf } from '@crewboard/contract';
import { stopOfAgent, type Transcript } from '../views/transcript.ts';

/** The subagent in the background that ended with this event; `undefined` for none. Told once, by the transcripts. */
export const endedAgent = (before: Transcript, after: Transcript, event: SessionEvent): SpanOf<'agent'> | undefined => {
  const agentId = stoppedBy(event);
  const agent = agentId === undefined ? undefined : after.agents.get(agentId);
  if (agentId === undefined || !agent?.isBackground || stopOfAgent(before, agentId)) return undefined;
  const stop = stopOfAgent(after, agentId);
  if (!stop) return undefined;
  const { startedAt, type, description } = agent;
  const since = Math.min(startedAt, stop.at);
  return { kind: 'agent', since, at: stop.at, agentId, type, description, outcome: stop.outcome };
};

const stoppedBy = (event: SessionEvent): string | undefined => {
  if (event.source !== 'transcript') return undefined;
  if (event.type === 'SubagentStopped') return event.agentId;
  return event.type === 'BackgroundTaskEnded' ? event.data.taskId : undefined;
};
