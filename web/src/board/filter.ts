import type { Session } from '@crewboard/contract';
import { compareText } from '../ui/compare.ts';
import { CONDITION_LOOKS } from './condition.ts';

/** By what sessions are picked. */
export const FACETS = ['person', 'machine', 'repository'] as const;
export type Facet = (typeof FACETS)[number];

/** The values picked of each facet; none picked of one lets all through. */
export type Filter = Readonly<Record<Facet, readonly string[]>>;

export const NO_FILTER: Filter = { person: [], machine: [], repository: [] };

const facetOf = (session: Session, facet: Facet): string | null => {
  if (facet === 'person') return session.owner;
  return facet === 'machine' ? session.machine : session.repo;
};

export const isFiltering = (filter: Filter): boolean => FACETS.some((facet) => filter[facet].length > 0);

/** True where the session has one of the picked values in every facet that has any. */
export const passes = (session: Session, filter: Filter): boolean =>
  FACETS.every((facet) => {
    const value = facetOf(session, facet);
    return filter[facet].length === 0 || (value !== null && filter[facet].includes(value));
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

/** What there is to pick from, by name. What is picked is among it even where no session has it now. */
export const choicesOf = (sessions: readonly Session[], filter: Filter): Record<Facet, Choice[]> => {
  const choices = (facet: Facet): Choice[] => {
    const counts = new Map(filter[facet].map((value) => [value, 0]));
    for (const session of sessions) {
      const value = facetOf(session, facet);
      if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const all = Array.from(counts, ([value, count]) => ({ value, sessions: count }));
    return all.sort((a, b) => compareText(a.value, b.value));
  };
  return { person: choices('person'), machine: choices('machine'), repository: choices('repository') };
};

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
