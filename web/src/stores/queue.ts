import type { Session } from '@crewboard/contract';
import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, onScopeDispose, ref, watch } from 'vue';
import { isFiltering, passes } from '../board/filter.ts';
import { toQueue } from '../board/needs.ts';
import {
  isSnoozed,
  nextEnd,
  type SnoozeLength,
  type Snoozes,
  snoozeFor,
  snoozesSchema,
  standing,
} from '../queue/snooze.ts';
import { useBoardStore } from './board.ts';
import { useViewStore } from './view.ts';
import { useViewerStore } from './viewer.ts';

/** What stands in the browser's storage. Anything but snoozes counts as none. */
const parseSnoozes = (text: string): Snoozes => {
  try {
    return snoozesSchema.catch({}).parse(JSON.parse(text));
  } catch {
    return {};
  }
};

/** A timer takes no longer time. */
const LONGEST_MS = 2 ** 31 - 1;

/** Who needs a person, but for what this person snoozed. Snoozes are kept in this browser, the same in all of its tabs. */
export const useQueueStore = defineStore('queue', () => {
  const board = useBoardStore();
  const view = useViewStore();
  const viewer = useViewerStore();
  const snoozes = useLocalStorage<Snoozes>(
    'crewboard-snoozes',
    {},
    {
      shallow: true,
      serializer: { read: parseSnoozes, write: JSON.stringify },
    },
  );

  /** Moves on when a snooze ends. */
  const now = ref(Date.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    now.value = Date.now();
    const waitMs = nextEnd(snoozes.value, now.value) - now.value;
    if (waitMs !== Number.POSITIVE_INFINITY) timer = setTimeout(look, Math.min(waitMs, LONGEST_MS));
  };
  watch(snoozes, look, { immediate: true });
  onScopeDispose(() => clearTimeout(timer));

  const all = computed(() => toQueue(board.sessions));
  const isAsleep = (session: Session): boolean => isSnoozed(session, snoozes.value, now.value);
  const awake = computed(() => all.value.filter(({ session }) => !isAsleep(session)));
  const isPicked = (session: Session): boolean => passes(session, view.filter, viewer.ownName);
  /** Of what the filter lets through. */
  const shown = computed(() =>
    isFiltering(view.filter) ? awake.value.filter(({ session }) => isPicked(session)) : awake.value,
  );
  const asleep = computed(() =>
    all.value.filter(({ session }) => isAsleep(session) && (!isFiltering(view.filter) || isPicked(session))),
  );
  /** How many more the filter hides. */
  const elsewhere = computed(() => awake.value.length - shown.value.length);

  const keep = (next: Snoozes): void => {
    snoozes.value = standing(next, (sessionId) => board.board.sessions.get(sessionId), Date.now());
  };
  const snooze = (session: Session, length: SnoozeLength): void =>
    keep({ ...snoozes.value, [session.sessionId]: snoozeFor(session, length, Date.now()) });
  const wake = ({ sessionId }: Session): void => {
    const { [sessionId]: _over, ...others } = snoozes.value;
    keep(others);
  };
  /** When a snooze ends; null where only a change ends it. */
  const endOf = ({ sessionId }: Session): number | null => snoozes.value[sessionId]?.until ?? null;

  return { awake, shown, asleep, elsewhere, isAsleep, snooze, wake, endOf };
});
