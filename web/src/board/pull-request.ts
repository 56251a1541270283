import type { Session } from '@crewboard/contract';

export const hasOpenPullRequest = ({ pullRequest }: Pick<Session, 'pullRequest'>): boolean =>
  pullRequest?.state === 'open' || pullRequest?.state === 'draft' || false;
