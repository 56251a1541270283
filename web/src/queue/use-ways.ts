import type { Session } from '@crewboard/contract';
import { useBoardStore } from '../stores/board.ts';
import { usePreferencesStore } from '../stores/preferences.ts';
import { useViewerStore } from '../stores/viewer.ts';
import { type Way, waysTo } from './ways.ts';

/**
 * The ways to a session from where the viewer sits: on a board of one's own that is the machine itself; on a team's, their one
 * machine, as far as anybody knows.
 */
export const useWays = (): ((session: Session) => Way[]) => {
  const board = useBoardStore();
  const viewer = useViewerStore();
  const preferences = usePreferencesStore();
  const isHere = ({ owner, machine }: Session): boolean =>
    viewer.ownName === null ||
    (owner === viewer.ownName && board.sessions.every((other) => other.owner !== owner || other.machine === machine));
  return (session) => waysTo(session, { isHere: isHere(session), editor: preferences.editor });
};
