import type { Session, Status } from '@crewboard/contract';
import { compareText } from '../ui/compare.ts';
import { needOf } from './needs.ts';
import { hasOpenPullRequest } from './pull-request.ts';

/** The board's columns in the order in which they stand. A session's status is its column. */
export const COLUMNS: readonly Status[] = ['waiting_for_approval', 'working', 'waiting_for_input', 'idle'];

/** What the sessions of a lane have in common. The first is how a board is shown unless a person chose another. */
export const GROUPINGS = ['repository', 'person', 'machine', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const KEYS: Record<Grouping, (session: Session) => string> = {
  repository: ({ repo }) => repo,
  person: ({ owner }) => owner ?? '',
  machine: ({ machine }) => machine,
  none: () => '',
};

/** The key of the lane that a session stands in. */
export const laneKeyOf = (session: Session, by: Grouping): string => KEYS[by](session);

/** One part of the board: the sessions that have the same repository, person or machine. */
export interface Lane {
  by: Grouping;
  /** What they have in common; empty where that is nothing, or a person whom nobody named. */
  key: string;
  columns: Record<Status, Session[]>;
  sessions: number;
  /** How many of them need a person. */
  needs: number;
  /** The names of those whose sessions these are, in order. */
  people: readonly string[];
  machines: number;
  repositories: number;
  pullRequests: number;
}

/** The longest first, so that a newcomer moves nothing that is already there. */
const byAge = (a: Session, b: Session): number => a.since - b.since || compareText(a.sessionId, b.sessionId);

/** What still runs before what has ended, and then the youngest first: the most likely to be looked for. */
const byFreshness = (a: Session, b: Session): number => Number(a.ended) - Number(b.ended) || -byAge(a, b);

/** Lanes by name; those where everything rests come last. */
export const toLanes = (sessions: readonly Session[], by: Grouping): Lane[] => {
  const groups = new Map<string, Session[]>();
  for (const session of sessions) {
    const key = KEYS[by](session);
    const own = groups.get(key);
    if (own) own.push(session);
    else groups.set(key, [session]);
  }
  const lanes = [...groups].map(([key, own]) => toLane(by, key, own));
  const rests = (lane: Lane): number => Number(lane.columns.idle.length === lane.sessions);
  return lanes.sort((a, b) => rests(a) - rests(b) || compareText(a.key, b.key));
};

const toLane = (by: Grouping, key: string, sessions: readonly Session[]): Lane => {
  const columns: Lane['columns'] = { waiting_for_approval: [], working: [], waiting_for_input: [], idle: [] };
  for (const session of sessions) columns[session.status].push(session);
  // Who needs a person stands before who only rests.
  const needing = new Set(sessions.filter((session) => needOf(session) !== null));
  const byNeed = (a: Session, b: Session): number => Number(needing.has(b)) - Number(needing.has(a));
  for (const status of COLUMNS) {
    const byTime = status === 'idle' ? byFreshness : byAge;
    columns[status].sort((a, b) => byNeed(a, b) || byTime(a, b));
  }
  return {
    by,
    key,
    columns,
    sessions: sessions.length,
    needs: needing.size,
    people: [...new Set(sessions.flatMap(({ owner }) => owner ?? []))].sort(compareText),
    machines: new Set(sessions.map(({ machine }) => machine)).size,
    repositories: new Set(sessions.map(({ repo }) => repo)).size,
    pullRequests: new Set(sessions.filter(hasOpenPullRequest).map(({ pullRequest }) => pullRequest?.url)).size,
  };
};

/** What ended so long ago, in ms, is looked for and not looked at. */
const LONG_AGO_MS = 12 * 3_600_000;

export const endedLongAgo = ({ ended, since }: Pick<Session, 'ended' | 'since'>, now: number): boolean =>
  ended && now - since > LONG_AGO_MS;

/** Those who have sessions on more than one machine: for them a card says on which. */
export const peopleOfSeveralMachines = (sessions: readonly Session[]): ReadonlySet<string> => {
  const firsts = new Map<string, string>();
  const several = new Set<string>();
  for (const { owner, machine } of sessions) {
    if (owner === null) continue;
    const first = firsts.get(owner);
    if (first === undefined) firsts.set(owner, machine);
    else if (first !== machine) several.add(owner);
  }
  return several;
};

export const countByStatus = (sessions: readonly Session[]): Record<Status, number> => {
  const counts: Record<Status, number> = { waiting_for_approval: 0, working: 0, waiting_for_input: 0, idle: 0 };
  for (const { status } of sessions) counts[status] += 1;
  return counts;
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
