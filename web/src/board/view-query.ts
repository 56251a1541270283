import type { Status } from '@crewboard/contract';
import { FACETS, type Facet, type Filter, VALUES } from './filter.ts';
import { GROUPINGS, type Grouping } from './grouping.ts';

/** How a person looks at the board: what the address of the page keeps. */
export interface BoardView {
  grouping: Grouping;
  filter: Filter;
  /** Whether runs that programs started are shown although they need nobody. */
  helperRuns: boolean;
  /** What is searched for. */
  query: string;
}

/** An address's query as the router gives it; anything may stand in it. */
export type AddressQuery = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

const NAMES: Record<Facet, string> = {
  only: 'only',
  status: 'status',
  pull: 'pr',
  person: 'person',
  repository: 'repo',
  machine: 'machine',
};

/** A status as an address says it. */
const STATUS_NAMES: Record<Status, string> = {
  working: 'working',
  waiting_for_approval: 'approval',
  waiting_for_input: 'waiting',
  idle: 'idle',
};

/** So many picked values of a facet are read. */
const MOST_VALUES = 50;
const LONGEST_TEXT = 200;

const textsIn = (query: AddressQuery, name: string): string[] => {
  const texts = [query[name]].flat().filter((text): text is string => Boolean(text));
  return [...new Set(texts.filter(({ length }) => length <= LONGEST_TEXT))].slice(0, MOST_VALUES);
};

/** The view that an address names. What can't be read is left out, as if it did not stand there. */
export const readView = (query: AddressQuery): BoardView => {
  const texts = (facet: Facet): readonly string[] => textsIn(query, NAMES[facet]);
  const known = (facet: 'only' | 'pull'): readonly string[] =>
    texts(facet).filter((text) => VALUES[facet].some((value) => value === text));
  const [by] = textsIn(query, 'by');
  return {
    grouping: GROUPINGS.find((grouping) => grouping === by) ?? GROUPINGS[0],
    filter: {
      only: known('only'),
      status: texts('status').flatMap((text) => VALUES.status.find((status) => STATUS_NAMES[status] === text) ?? []),
      pull: known('pull'),
      person: texts('person'),
      repository: texts('repository'),
      machine: texts('machine'),
    },
    helperRuns: textsIn(query, 'helpers')[0] === 'shown',
    query: textsIn(query, 'q')[0] ?? '',
  };
};

const statusName = (status: string): string => STATUS_NAMES[status as Status] ?? status;

/** The query of the address that names this view; what is as on every fresh board is left out. */
export const writeView = ({ grouping, filter, helperRuns, query }: BoardView): Record<string, string | string[]> => {
  const written: Record<string, string | string[]> = {};
  if (grouping !== GROUPINGS[0]) written.by = grouping;
  for (const facet of FACETS) {
    const [first, ...others] = facet === 'status' ? filter.status.map(statusName) : filter[facet];
    if (first !== undefined) written[NAMES[facet]] = others.length > 0 ? [first, ...others] : first;
  }
  if (helperRuns) written.helpers = 'shown';
  if (query.trim() !== '') written.q = query;
  return written;
};

/** True where both name the same view, in the same order. */
export const isSameView = (a: BoardView, b: BoardView): boolean =>
  JSON.stringify(writeView(a)) === JSON.stringify(writeView(b));
