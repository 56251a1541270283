import type { Session, Status } from '@crewboard/contract';
import { askOf, failedChecksAsk, type ShownAsk } from './ask.ts';
import { CONDITION_LOOKS } from './condition.ts';

/** The board's columns in the order in which they stand. A session's status is its column. */
export const COLUMNS: readonly Status[] = ['waiting_for_approval', 'working', 'waiting_for_input', 'idle'];

/** One repository's part of the board. */
export interface Lane {
  repo: string;
  columns: Record<Status, Session[]>;
  sessions: number;
  people: number;
  pullRequests: number;
}

/** A session that needs a person, and what for: the ask that stands longest, and how many more are open. */
export interface Need {
  session: Session;
  ask: ShownAsk;
  more: number;
}

/** The longest first, so that a newcomer moves nothing that is already there. */
const byAge = (a: Session, b: Session): number => a.since - b.since || compareText(a.sessionId, b.sessionId);

/** What still runs before what has ended, and then the youngest first: the most likely to be looked for. */
const byFreshness = (a: Session, b: Session): number => Number(a.ended) - Number(b.ended) || -byAge(a, b);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isOpen = ({ pullRequest }: Session): boolean =>
  pullRequest?.state === 'open' || pullRequest?.state === 'draft' || false;

/** Repositories by name; those where everything rests come last. */
export const toLanes = (sessions: readonly Session[]): Lane[] => {
  const byRepo = new Map<string, Session[]>();
  for (const session of sessions) {
    const own = byRepo.get(session.repo);
    if (own) own.push(session);
    else byRepo.set(session.repo, [session]);
  }
  const lanes = [...byRepo].map(([repo, own]) => toLane(repo, own));
  const rests = (lane: Lane): number => Number(lane.columns.idle.length === lane.sessions);
  return lanes.sort((a, b) => rests(a) - rests(b) || compareText(a.repo, b.repo));
};

const toLane = (repo: string, sessions: readonly Session[]): Lane => {
  const columns: Lane['columns'] = { waiting_for_approval: [], working: [], waiting_for_input: [], idle: [] };
  for (const session of sessions) columns[session.status].push(session);
  for (const status of COLUMNS) columns[status].sort(status === 'idle' ? byFreshness : byAge);
  return {
    repo,
    columns,
    sessions: sessions.length,
    people: new Set(sessions.flatMap(({ owner }) => owner ?? [])).size,
    pullRequests: new Set(sessions.filter(isOpen).map(({ pullRequest }) => pullRequest?.url)).size,
  };
};

export const countByStatus = (sessions: readonly Session[]): Record<Status, number> => {
  const counts: Record<Status, number> = { waiting_for_approval: 0, working: 0, waiting_for_input: 0, idle: 0 };
  for (const { status } of sessions) counts[status] += 1;
  return counts;
};

/**
 * What a session needs a person for: the ask that it waits with, or checks of its open pull request that failed while it
 * is not at work on them. `null` where it needs nobody.
 */
export const needOf = (session: Session): Need | null => {
  const { attention, asks, subagents, pullRequest } = session;
  if (attention) return { session, ask: askOf(attention, subagents), more: Math.max(0, asks.length - 1) };
  const failed = pullRequest?.checks.some((check) => check.state === 'failed');
  if (!pullRequest || !failed || !isOpen(session) || session.ended || session.status === 'working') return null;
  return { session, ask: failedChecksAsk(pullRequest, session.since), more: 0 };
};

/** Who needs a person, across repositories, the longest wait first. */
export const toQueue = (sessions: readonly Session[]): Need[] =>
  sessions
    .flatMap((session) => needOf(session) ?? [])
    .sort((a, b) => a.ask.since - b.ask.since || compareText(a.session.sessionId, b.session.sessionId));

/** How many machines have a session that still runs. */
export const countMachines = (sessions: readonly Session[]): number =>
  new Set(sessions.filter(({ ended }) => !ended).map(({ machine }) => machine)).size;

/** True where each word of the query occurs in what a person would look for. */
export const matches = (session: Session, query: string): boolean => {
  const { title, goal, now, summary, repo, branch, worktree, owner, machine, kind, pullRequest } = session;
  const condition = session.condition && CONDITION_LOOKS[session.condition.kind].word;
  const places = [title, goal, now, summary, repo, branch, worktree, owner, machine, kind, condition];
  if (pullRequest) places.push(`#${pullRequest.number}`);
  const text = places.join('\n').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

/** The sessions of `next`, those known from before in their old order, newcomers after them. */
export const inOldOrder = (before: readonly string[], next: readonly Session[]): Session[] => {
  const places = new Map(before.map((sessionId, place) => [sessionId, place]));
  const placeOf = ({ sessionId }: Session): number => places.get(sessionId) ?? before.length;
  return next.toSorted((a, b) => placeOf(a) - placeOf(b));
};

/** Sessions that stand in another column than before; not those that are new. */
export const movedBetween = (
  before: ReadonlyMap<string, Session>,
  after: ReadonlyMap<string, Session>,
): readonly string[] =>
  [...after.values()].flatMap((session) => {
    const was = before.get(session.sessionId);
    return was && was !== session && was.status !== session.status ? session.sessionId : [];
  });
