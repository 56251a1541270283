import type { Session } from '@crewboard/contract';
import { compareText } from '../ui/compare.ts';
import { askOf, failedChecksAsk, type ShownAsk } from './ask.ts';
import { hasOpenPullRequest } from './pull-request.ts';

/** A session that needs a person, and what for: the ask that stands longest, and how many more are open. */
export interface Need {
  session: Session;
  ask: ShownAsk;
  more: number;
}

/**
 * What a session needs a person for: the ask that it waits with, or checks of its open pull request that failed while it
 * is not at work on them. `null` where it needs nobody.
 */
export const needOf = (session: Session): Need | null => {
  const { attention, asks, subagents, pullRequest } = session;
  if (attention) return { session, ask: askOf(attention, subagents), more: Math.max(0, asks.length - 1) };
  const failed = pullRequest?.checks.some((check) => check.state === 'failed');
  if (!pullRequest || !failed || !hasOpenPullRequest(session) || session.ended || session.status === 'working')
    return null;
  return { session, ask: failedChecksAsk(pullRequest, session.since), more: 0 };
};

/** Who needs a person, across repositories, the longest wait first. */
export const toQueue = (sessions: readonly Session[]): Need[] =>
  sessions
    .flatMap((session) => needOf(session) ?? [])
    .sort((a, b) => a.ask.since - b.ask.since || compareText(a.session.sessionId, b.session.sessionId));
