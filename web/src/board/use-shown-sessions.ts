import type { Session, Status } from '@crewboard/contract';
import { computed } from 'vue';
import { useBoardStore } from '../stores/board.ts';
import { useViewStore } from '../stores/view.ts';
import { useViewerStore } from '../stores/viewer.ts';
import { choicesOf, isFiltering, passes } from './filter.ts';
import { matches } from './find.ts';
import { countByStatus, type Lane, toLanes } from './grouping.ts';
import { isQuietHelper } from './helper-runs.ts';
import { keptLanes } from './kept.ts';

/** Where a narrow page begins: with the first of these that has anything. */
const BY_INTEREST: readonly Status[] = ['working', 'waiting_for_input', 'waiting_for_approval', 'idle'];

/** What search, filter and choice of helper runs leave of the board, in its lanes. `inOrder` puts those into the person's order. */
export const useShownSessions = (inOrder: (lanes: readonly Lane[]) => readonly Lane[]) => {
  const told = useBoardStore();
  const view = useViewStore();
  const viewer = useViewerStore();

  const searched = computed(() => view.query.trim());
  const isPicked = (session: Session): boolean => passes(session, view.filter, viewer.ownName);
  const isFound = (session: Session): boolean => searched.value === '' || matches(session, searched.value);
  const isNarrowedDown = computed(() => searched.value !== '' || isFiltering(view.filter));

  const picked = computed(() => (isFiltering(view.filter) ? told.sessions.filter(isPicked) : told.sessions));
  const matching = computed(() => (searched.value === '' ? picked.value : picked.value.filter(isFound)));
  const quietHelpers = computed(() => matching.value.filter(isQuietHelper).length);
  const found = computed(() =>
    view.helperRuns ? matching.value : matching.value.filter((session) => !isQuietHelper(session)),
  );

  const choices = computed(() => choicesOf(told.sessions, view.filter, viewer.ownName));
  const counts = computed(() => countByStatus(found.value));
  const lanes = computed<readonly Lane[]>((before) => keptLanes(before, inOrder(toLanes(found.value, view.grouping))));
  /** Idle ones are titles unless their column is open. */
  const cards = computed(() => found.value.length - (view.isIdleOpen ? 0 : counts.value.idle));
  /** The only column of a narrow page: the picked one, or the first of interest that has anything. */
  const pickedColumn = computed<Status>(
    () => view.pickedColumn ?? BY_INTEREST.find((status) => counts.value[status] > 0) ?? 'working',
  );
  return { isPicked, isFound, isNarrowedDown, quietHelpers, choices, counts, lanes, cards, pickedColumn };
};
