import { counted } from '../ui/counted.ts';
import type { Facet } from './filter.ts';
import type { Grouping, Lane } from './grouping.ts';
import { STATUS_WORDS } from './wording.ts';

export const GROUPING_WORDS: Record<Grouping, string> = {
  repository: 'Repository',
  person: 'Person',
  machine: 'Machine',
  none: 'Nothing',
};

/** What a lane is called. */
export const laneName = ({ by, key }: Pick<Lane, 'by' | 'key'>): string => {
  if (by === 'none') return 'All sessions';
  return key || 'No name known';
};

/** `6 sessions · 4 people · 1 pull request`: what there is of all that the lane’s name does not say. */
export const laneFigures = (lane: Lane): string => {
  const { by, sessions, people, machines, repositories, pullRequests } = lane;
  const whose = by === 'machine' && people.length === 1 ? people[0] : counted(people.length, 'person', 'people');
  return [
    counted(sessions, 'session', 'sessions'),
    by !== 'person' && people.length > 0 && whose,
    by !== 'repository' && counted(repositories, 'repository', 'repositories'),
    by === 'person' && machines > 1 && counted(machines, 'machine', 'machines'),
    pullRequests > 0 && counted(pullRequests, 'pull request', 'pull requests'),
  ]
    .filter(Boolean)
    .join(' · ');
};

export const FACET_WORDS: Record<Facet, string> = {
  only: 'Only',
  status: 'Status',
  pull: 'Pull request',
  person: 'Person',
  repository: 'Repository',
  machine: 'Machine',
};

const VALUE_WORDS: Partial<Record<Facet, Readonly<Record<string, string>>>> = {
  only: { needs: 'Needs a person', mine: 'Mine' },
  status: STATUS_WORDS,
  pull: { red: 'Checks failed', open: 'Open pull request', none: 'No pull request' },
};

/** What a value that can be picked is called: names as they are, ours in words. */
export const valueInWords = (facet: Facet, value: string): string => VALUE_WORDS[facet]?.[value] ?? value;
