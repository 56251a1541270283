import type { Ask, SpanOf } from '@crewboard/contract';
import type { Decision } from '../decide.ts';

/**
 * The asks that are followed to their end, once a decision was made. What is guessed from silence may be no ask at all; of a machine
 * that is not heard nobody knows whether its asks were answered.
 */
export const followedAsks = (followed: readonly Ask[], { asks, evidence, condition }: Decision): readonly Ask[] => {
  if (condition?.kind === 'offline') return followed;
  if (asks.length === 0 || evidence.inferred) return NONE;
  return asks;
};

const NONE: readonly Ask[] = [];

/** What the asks that ended at `at` come to: those followed so far that the decision has no more. */
export const endedAsks = (
  before: readonly Ask[],
  after: readonly Ask[],
  decision: Decision,
  at: number,
): SpanOf<'ask'>[] => {
  if (before.length === 0 || before === after) return [];
  const fresh = after.filter(({ id }) => before.every((ask) => ask.id !== id));
  const gone = before.filter((ask) => after.every(({ id }) => id !== ask.id) && !takenOver(ask, fresh));
  const next = decision.ended ? 'ended' : decision.status === 'working' || after.length > 0 ? 'went_on' : 'stopped';
  return gone.map(({ id, kind: ask, tool, input, agentId, since }) => ({
    kind: 'ask',
    since: Math.min(since, at),
    at,
    id,
    ask,
    tool,
    input,
    agentId,
    next,
  }));
};

/** The same ask, known better by now: a guess got its tool, a notification its call. */
const takenOver = (ask: Ask, fresh: Ask[]): boolean => {
  const better = fresh.findIndex(
    ({ tool, agentId }) =>
      (ask.tool === null && ask.kind !== 'dialog') || (ask.tool === tool && ask.agentId === agentId),
  );
  if (better === -1) return false;
  fresh.splice(better, 1);
  return true;
};
