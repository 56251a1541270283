import type { Ask, Subagent } from '@crewboard/contract';
import type { SessionState } from './state.ts';
import { type Agent, isStopped, type Stop } from './views/agents.ts';
import type { OpenTools } from './views/fields.ts';
import { nothingKept } from './views/kept.ts';
import { stopOfAgent } from './views/transcript.ts';
import { doing } from './wording.ts';

const SHOWN = 20;

/** The session's subagents as its sources tell them together. `isAtWork`: the session itself works or asks; nobody's agents do otherwise. */
export const subagentsOf = (
  { transcript, hooks }: SessionState,
  asks: readonly Ask[],
  isAtWork: boolean,
): Subagent[] => {
  if (transcript.agents.size === 0 && hooks.agents.size === 0) return [];
  const ids = new Set([...transcript.agents, ...hooks.agents].map(([agentId]) => agentId));
  const all = [...ids].flatMap((agentId): Subagent[] => {
    const written = transcript.agents.get(agentId);
    const told = hooks.agents.get(agentId);
    const known = written ?? told;
    if (!known) return [];
    const stopped = stopOf([written && stopOfAgent(transcript, agentId), told?.stopped], [written, told]);
    const call = openToolsOf(written).and(openToolsOf(told)).newest()?.[1];
    const isAsking = asks.some((ask) => ask.agentId === agentId);
    const status = isAsking ? 'waiting_for_approval' : (stopped?.outcome ?? (isAtWork ? 'working' : 'stopped'));
    return [
      {
        agentId,
        type: told?.type ?? known.type,
        description: written?.description ?? known.description,
        status,
        since: stopped?.at ?? Math.min(written?.startedAt ?? known.startedAt, told?.startedAt ?? known.startedAt),
        now: status === 'working' && call ? doing(call.tool, call.input) : null,
        isBackground: known.isBackground || told?.isBackground === true,
      },
    ];
  });
  return all.toSorted((a, b) => rank(a) - rank(b) || b.since - a.since).slice(0, SHOWN);
};

const openToolsOf = (agent: Agent | undefined): OpenTools => agent?.openTools ?? nothingKept();

/** Stopped as soon as one source says so, unless either heard of it since. */
const stopOf = (stops: readonly (Stop | null | undefined)[], heard: readonly (Agent | undefined)[]): Stop | null => {
  let last: Stop | null = null;
  for (const stop of stops) if (stop && (!last || stop.at > last.at)) last = stop;
  const end = last;
  return end && heard.every((agent) => !agent || isStopped(agent, end)) ? end : null;
};

const rank = ({ status }: Subagent): number => (status === 'waiting_for_approval' ? 0 : status === 'working' ? 1 : 2);
