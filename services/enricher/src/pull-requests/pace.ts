import type { Watched } from './session-index.ts';

/** Somebody waits for what comes next: checks run, or a turn has just ended. */
export const SOON_MS = 30_000;
/** Sessions are at work. */
const ACTIVE_MS = 90_000;
/**
 * Nothing goes on, or webhooks tell what does. A look at this pace asks two things at most, the pull requests of a repository and one detail, so
 * that a repository takes no more than twelve requests an hour.
 */
export const QUIET_MS = 12 * 60_000;

const JUST_MS = 3 * 60_000;
const AT_WORK_MS = 10 * 60_000;
/** Checks that run for longer are forgotten ones. */
const CHECKS_MS = 2 * 3_600_000;
/** Webhooks that have not been heard for longer may have been turned off. */
const HOOKS_MS = 3_600_000;

export interface Going {
  sessions: readonly Watched[];
  /** Since when checks of a linked pull request run; null while none do. */
  pendingSince: number | null;
  /** When a webhook spoke of the repository last; 0 for never. */
  touchedAt: number;
}

/** How long after a look at a repository the next one is due. */
export const paceOf = ({ sessions, pendingSince, touchedAt }: Going, now: number): number => {
  if (now - touchedAt < HOOKS_MS) return QUIET_MS;
  if (pendingSince !== null && now - pendingSince < CHECKS_MS) return SOON_MS;
  const live = sessions.filter(({ ended }) => !ended);
  if (live.some(({ status, since }) => status === 'waiting_for_input' && now - since < JUST_MS)) return SOON_MS;
  if (live.some(({ status, lastActivityAt }) => status === 'working' || now - lastActivityAt < AT_WORK_MS))
    return ACTIVE_MS;
  return QUIET_MS;
};
