import type { Session } from '@crewboard/contract';
import { computed } from 'vue';
import { compareText } from '../ui/compare.ts';
import { language } from '../words/index.ts';
import { asksOf, pullRequestAsks, type ShownAsk } from './ask.ts';
import { hasOpenPullRequest } from './pull-request.ts';

/** A session that needs a person, and what for: the ask that stands longest, and how many more are open. */
export interface Need {
  session: Session;
  ask: ShownAsk;
  more: number;
}

/**
 * All that a session needs a person for, the most urgent first: what it asks, then failed checks and wanted changes of its open pull
 * request while it is not at work on them.
 */
export const shownAsksOf = (session: Session): ShownAsk[] => {
  const { pullRequest, ended, status } = session;
  const isLeftAlone = pullRequest && hasOpenPullRequest(session) && !ended && status !== 'working';
  return [...asksOf(session), ...(isLeftAlone ? pullRequestAsks(pullRequest, session.since) : [])];
};

const toNeed = (session: Session): Need | null => {
  const [ask, ...more] = shownAsksOf(session);
  return ask ? { session, ask, more: more.length } : null;
};

/** A session is a new object each time that it changes: what it needs is worked out once, in each language. */
const known = computed(() => ({ language: language.value, needs: new WeakMap<Session, Need | null>() }));

/** What a session needs a person for; `null` where it needs nobody. The same object for as long as the session is the same. */
export const needOf = (session: Session): Need | null => {
  const { needs } = known.value;
  const kept = needs.get(session);
  if (kept !== undefined) return kept;
  const need = toNeed(session);
  needs.set(session, need);
  return need;
};

export const needsPerson = (session: Session): boolean => needOf(session) !== null;

/** Who needs a person, across repositories, the longest wait first. */
export const toQueue = (sessions: readonly Session[]): Need[] =>
  sessions
    .flatMap((session) => needOf(session) ?? [])
    .sort((a, b) => a.ask.since - b.ask.since || compareText(a.session.sessionId, b.session.sessionId));
