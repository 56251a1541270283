import { z } from 'zod';
import type { Claim, PullRequest, Session } from './card.ts';

/** POST /api/sessions/:id/claim: which open need, and whom they relieve who has it. */
export const claimRequestSchema = z.object({
  on: z.string().min(1).max(500),
  insteadOf: z.string().max(200).nullable().default(null),
});
export type ClaimRequest = z.input<typeof claimRequestSchema>;

/** One thing that a session needs a person for. The id is the same for as long as it is needed. */
export interface OpenNeed {
  id: string;
  about: Claim['about'];
}

const failed = ({ checks }: PullRequest): boolean => checks.some(({ state }) => state === 'failed');

/** Failed checks and wanted changes of an open pull request, of the commit at its head: another commit is another try. */
export const pullRequestNeeds = (pullRequest: PullRequest): OpenNeed[] => {
  const { repository, number, head, review, state } = pullRequest;
  if (state !== 'open' && state !== 'draft') return [];
  const need = (about: OpenNeed['about']): OpenNeed => ({
    id: `${about} ${repository}#${number}@${head ?? ''}`,
    about,
  });
  return [
    ...(failed(pullRequest) ? [need('checks')] : []),
    ...(review === 'changes_requested' ? [need('review')] : []),
  ];
};

/**
 * All that a session needs a person for, the most urgent first: what it asks, then what its pull request needs while nobody is at
 * work on that. Pure; board and gateway ask this same function.
 */
export const openNeeds = ({ asks, pullRequest, ended, status }: Session): OpenNeed[] => {
  const isLeftAlone = pullRequest && !ended && status !== 'working';
  return [
    ...asks.map(({ id }): OpenNeed => ({ id, about: 'ask' })),
    ...(isLeftAlone ? pullRequestNeeds(pullRequest) : []),
  ];
};

/** Who looks at what the session needs now; a claim on what is not needed any more is none. */
export const standingClaim = (session: Session): Claim | null => {
  const { claim } = session;
  return claim && openNeeds(session).some(({ id }) => id === claim.on) ? claim : null;
};
