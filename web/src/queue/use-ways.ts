import type { Session } from '@crewboard/contract';
import { computed } from 'vue';
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
  /** Null where they have none, or more than one. */
  const ownMachine = computed(() => {
    const machines = new Set(board.sessions.flatMap(({ owner, machine }) => (owner === viewer.ownName ? machine : [])));
    return machines.size === 1 ? [...machines][0] : null;
  });
  const isHere = ({ owner, machine }: Session): boolean =>
    viewer.ownName === null || (owner === viewer.ownName && machine === ownMachine.value);
  return (session) => waysTo(session, { isHere: isHere(session), editor: preferences.editor });
};
