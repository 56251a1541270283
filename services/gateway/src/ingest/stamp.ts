import type { MachineIdentity } from '@crewboard/access';
import type { SessionEvent, SessionEventType } from '@crewboard/contract';

/** An agent takes its clock's skew out, to about so many ms; what is later than that is no time of this world. */
const AHEAD_MS = 2_000;
/** A client that tries again after a failure waits for minutes at most. */
const RETRY_AHEAD_MS = 3_600_000;

/** What the board alone tells, in whatever source's name it comes: who is heard, and who of its people looks at what. */
const BOARDS_OWN: ReadonlySet<SessionEventType> = new Set([
  'MachineLost',
  'MachineReturned',
  'NeedClaimed',
  'ClaimReleased',
]);

/** Why an agent may not send an event, whatever its sessions; `undefined` for what it may. */
export const notForAgents = ({ type, source }: SessionEvent): string | undefined => {
  const isOfTheBoard = source === 'person' || (source === 'machine' && type !== 'SessionWithdrawn');
  return isOfTheBoard || BOARDS_OWN.has(type) ? 'only the board itself tells this' : undefined;
};

/**
 * The event as the board takes it: whose it is, the token says, and nothing in it has happened after `now` (the board's clock, ms
 * since 1970). Pure.
 */
export const stamp = (event: SessionEvent, { machine, owner }: MachineIdentity, now: number): SessionEvent => {
  const occurredAt = Math.min(event.occurredAt, now + AHEAD_MS);
  switch (event.type) {
    case 'SessionLocated':
      return { ...event, machine, occurredAt, data: { ...event.data, owner } };
    case 'RequestRetried': {
      const waitMs = event.data.retryAt - event.occurredAt;
      const retryAt = Math.max(0, occurredAt + Math.min(waitMs, RETRY_AHEAD_MS));
      return { ...event, machine, occurredAt, data: { ...event.data, retryAt } };
    }
    default:
      return { ...event, machine, occurredAt };
  }
};
