import { t } from '../words/index.ts';
import { type Facet, VALUES } from './filter.ts';
import type { Lane } from './grouping.ts';

/** What a lane is called. */
export const laneName = ({ by, key }: Pick<Lane, 'by' | 'key'>): string => {
  if (by === 'none') return t('board.lane.all');
  return key || t('board.lane.nameless');
};

/** `6 sessions · 4 people · 1 pull request`: what there is of all that the lane’s name does not say. */
export const laneFigures = (lane: Lane): string => {
  const { by, sessions, people, machines, repositories, pullRequests } = lane;
  const whose = by === 'machine' && people.length === 1 ? people[0] : t('board.lane.people', { n: people.length });
  return [
    t('board.sessions', { n: sessions }),
    by !== 'person' && people.length > 0 && whose,
    by !== 'repository' && t('board.lane.repositories', { n: repositories }),
    by === 'person' && machines > 1 && t('board.lane.machines', { n: machines }),
    pullRequests > 0 && t('board.lane.pullRequests', { n: pullRequests }),
  ]
    .filter(Boolean)
    .join(' · ');
};

const oneOf = <Value extends string>(values: readonly Value[], value: string): Value | undefined =>
  values.find((one) => one === value);

/** What a value that can be picked is called: names as they are, ours in words. */
export const valueInWords = (facet: Facet, value: string): string => {
  const status = facet === 'status' && oneOf(VALUES.status, value);
  if (status) return t(`status.${status}`);
  const ours = (facet === 'only' || facet === 'pull') && oneOf([...VALUES.only, ...VALUES.pull], value);
  return ours ? t(`board.filter.value.${ours}`) : value;
};
