import { type Session, STATUSES } from '@crewboard/contract';
import { compareText } from '../ui/compare.ts';
import { needOf } from './needs.ts';
import { hasOpenPullRequest } from './pull-request.ts';

/** By what sessions are picked, in the order in which that is offered. */
export const FACETS = ['only', 'status', 'pull', 'person', 'repository', 'machine'] as const;
export type Facet = (typeof FACETS)[number];

/** What can be picked of a facet that has its values from us and not from the sessions. */
export const VALUES = {
  only: ['needs', 'mine'],
  status: STATUSES,
  pull: ['red', 'open', 'none'],
} as const satisfies Partial<Record<Facet, readonly string[]>>;

/** The values picked of each facet; none picked of one lets all through. */
export type Filter = Readonly<Record<Facet, readonly string[]>>;

export const NO_FILTER: Filter = { only: [], status: [], pull: [], person: [], repository: [], machine: [] };

/** Who looks, by whose name: `null` where everything is theirs anyway. */
export type Viewer = string | null;

const isRed = ({ pullRequest }: Session): boolean =>
  pullRequest?.checks.some(({ state }) => state === 'failed') ?? false;

/** The values of a facet that a session has. */
const valuesOf = (session: Session, facet: Facet, viewer: Viewer): string[] => {
  switch (facet) {
    case 'only':
      return [...(needOf(session) ? ['needs'] : []), ...(viewer === null || session.owner === viewer ? ['mine'] : [])];
    case 'status':
      return [session.status];
    case 'pull':
      if (!hasOpenPullRequest(session)) return session.pullRequest ? [] : ['none'];
      return isRed(session) ? ['red', 'open'] : ['open'];
    case 'person':
      return session.owner === null ? [] : [session.owner];
    case 'repository':
      return [session.repo];
    case 'machine':
      return [session.machine];
  }
};

export const isFiltering = (filter: Filter): boolean => FACETS.some((facet) => filter[facet].length > 0);

/** True where the session has one of the picked values in every facet that has any; of `only` it has to have all. */
export const passes = (session: Session, filter: Filter, viewer: Viewer): boolean =>
  FACETS.every((facet) => {
    const picked = filter[facet];
    if (picked.length === 0) return true;
    const values = valuesOf(session, facet, viewer);
    return facet === 'only'
      ? picked.every((value) => values.includes(value))
      : picked.some((value) => values.includes(value));
  });

/** The same filter with a value picked, or no longer picked. */
export const toggled = (filter: Filter, facet: Facet, value: string): Filter => {
  const picked = filter[facet];
  return { ...filter, [facet]: picked.includes(value) ? picked.filter((one) => one !== value) : [...picked, value] };
};

/** A value that can be picked, and how many sessions have it. */
export interface Choice {
  value: string;
  sessions: number;
}

export type Choices = Readonly<Record<Facet, readonly Choice[]>>;

/**
 * What there is to pick from: our own values in their order, names by name. What is picked is among it even where no
 * session has it now.
 */
export const choicesOf = (sessions: readonly Session[], filter: Filter, viewer: Viewer): Choices => {
  const choices = (facet: Facet): Choice[] => {
    const counts = new Map(filter[facet].map((value) => [value, 0]));
    for (const session of sessions)
      for (const value of valuesOf(session, facet, viewer)) counts.set(value, (counts.get(value) ?? 0) + 1);
    if (facet === 'only' && viewer === null && !filter.only.includes('mine')) counts.delete('mine');
    const all = Array.from(counts, ([value, count]) => ({ value, sessions: count }));
    const order: readonly string[] = facet in VALUES ? VALUES[facet as keyof typeof VALUES] : [];
    return all.sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value) || compareText(a.value, b.value));
  };
  return Object.fromEntries(FACETS.map((facet) => [facet, choices(facet)])) as Record<Facet, Choice[]>;
};
