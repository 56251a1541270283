import type { Disagreement, Evidence } from '@crewboard/contract';
import { agentsAtWork } from './condition.ts';
import type { SessionState } from './state.ts';
import type { Process } from './views/processes.ts';

/** Sources are never heard at once: only a contradiction that lasts is one. */
const DISAGREEMENT_MS = 2_000;

/**
 * A source that spoke after the presence and says otherwise, although the presence had the time to follow. What an older word
 * says is no contradiction: every source is blind for something. `at` is when it will count, or has begun to.
 */
export const contradiction = (
  state: SessionState,
  live: Process,
  decided: Evidence,
): (Disagreement & { countsAt: number }) | undefined => {
  const other = live.status === 'busy' || live.status === 'waiting' ? laterEnd(state, live) : laterWork(state, live);
  if (!other) return undefined;
  const { source, says, at } = decided;
  return { since: other.at, sources: [{ source, says, at }, other], countsAt: other.at + DISAGREEMENT_MS };
};

type Other = Disagreement['sources'][number];

/** Said to be busy, and yet the turn is over without anything that goes on after it. */
const laterEnd = (state: SessionState, { since }: Process): Other | undefined => {
  const { hooks, transcript } = state;
  if (agentsAtWork(state) > 0) return undefined;
  const { turn } = hooks;
  if (turn && turn.state !== 'working' && turn.at > since && turn.at >= transcript.turn.signAt) {
    return { source: 'hook', says: 'A hook said that the turn is over', at: turn.at };
  }
  const { ended } = transcript;
  if (ended && ended.at > since && ended.at >= (turn?.signAt ?? 0)) {
    return { source: 'transcript', says: 'The transcript shows the end of the turn', at: ended.at };
  }
  return undefined;
};

/** Said to rest, and yet a turn was begun since. */
const laterWork = ({ hooks, transcript }: SessionState, { since }: Process): Other | undefined => {
  const { turn } = hooks;
  if (turn?.state === 'working' && turn.signAt > since && turn.signAt >= (transcript.ended?.at ?? 0)) {
    return { source: 'hook', says: 'A hook said that a turn is under way', at: turn.signAt };
  }
  if (!transcript.ended && transcript.turn.signAt > since && (turn?.at ?? 0) <= transcript.turn.signAt) {
    return { source: 'transcript', says: 'The transcript shows a turn under way', at: transcript.turn.signAt };
  }
  return undefined;
};
