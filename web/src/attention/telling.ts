import { openNeeds, type Session, standingClaim } from '@crewboard/contract';
import type { Need } from '../board/needs.ts';

/** Of whose sessions a person wants to hear. */
export interface AttentionChoice {
  about: 'mine' | 'repositories' | 'all';
  repositories: readonly string[];
}

/** `ownName`: by whose name sessions are theirs; null on a board of one's own, where all are. */
export const isChosen = (
  session: Session,
  { about, repositories }: AttentionChoice,
  ownName: string | null,
): boolean => {
  switch (about) {
    case 'all':
      return true;
    case 'mine':
      return ownName === null || session.owner === ownName;
    case 'repositories':
      return repositories.includes(session.repo);
  }
};

/** A session is a new object each time that it changes. */
const known = new WeakMap<Session, readonly string[]>();

/** One thing that is needed, the same for as long as it is. */
export const needKeys = (session: Session): readonly string[] => {
  const kept = known.get(session) ?? openNeeds(session).map(({ id }) => `${session.sessionId} ${id}`);
  known.set(session, kept);
  return kept;
};

/** So many are remembered: what was told once and comes back under the same id is not told again. */
const REMEMBERED = 1_000;

export interface TellingStep {
  /** Who needs a person now, but for what is snoozed, the longest wait first. */
  needs: readonly Need[];
  /** All that is needed on the board, snoozed or not. */
  open: readonly string[];
  /** What was told, or seen, before; the oldest first. */
  told: readonly string[];
  choice: AttentionChoice;
  ownName: string | null;
  /** Somebody has the board before their eyes, in this tab or another. */
  isLookedAt: boolean;
}

/**
 * Whom to tell of, and what is remembered as told then. All that is open counts as told afterwards, whether it was: nobody is told
 * later of what was there when they looked, or had chosen otherwise. What somebody looks at already needs no other. Pure.
 */
export const nextTelling = (step: TellingStep): { tell: Need[]; told: string[] } => {
  const { needs, open, choice, ownName, isLookedAt } = step;
  const before = new Set(step.told);
  const isNew = ({ session }: Need): boolean => needKeys(session).some((key) => !before.has(key));
  const tell = isLookedAt
    ? []
    : needs.filter((need) => isNew(need) && isChosen(need.session, choice, ownName) && !standingClaim(need.session));
  const news = open.filter((key) => !before.has(key));
  return { tell, told: news.length === 0 ? [...step.told] : [...step.told, ...news].slice(-REMEMBERED) };
};

/** Whether what a notification is about still waits for whoever comes. `keys`: what was needed when it was shown. */
export const isStillDue = (session: Session | undefined, keys: readonly string[]): boolean =>
  session !== undefined && standingClaim(session) === null && needKeys(session).some((key) => keys.includes(key));
