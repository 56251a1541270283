import type { Card, Claim, EventOf } from '@crewboard/contract';

/**
 * One session has one claim at most. Of two who reach for the same thing the first has it, in the order of the log, unless the other
 * says whom they relieve. The same once more changes nothing, nor does the release of what somebody else has.
 */
export const evolveClaim = (
  claim: Claim | null,
  { type, data, occurredAt }: EventOf<'NeedClaimed' | 'ClaimReleased'>,
): Claim | null => {
  const isOnTheSame = claim?.on === data.on;
  if (type === 'ClaimReleased') return isOnTheSame && claim.by === data.by ? null : claim;
  const { on, by, about, insteadOf } = data;
  if (isOnTheSame && (claim.by === by || claim.by !== insteadOf)) return claim;
  return { on, by, about, at: occurredAt };
};

/**
 * The claim while what it is on is needed: until an ask has its answer. What a pull request needs is not known here: a claim on that
 * stands until the session does something.
 */
export const standingClaim = (
  { claim, lastActivityAt }: { claim: Claim | null; lastActivityAt: number },
  { asks, status, ended }: Pick<Card, 'asks' | 'status' | 'ended'>,
): Claim | null => {
  if (!claim) return null;
  const isNeeded =
    claim.about === 'ask'
      ? asks.some(({ id }) => id === claim.on)
      : !ended && status !== 'working' && lastActivityAt <= claim.at;
  return isNeeded ? claim : null;
};
