import { computed, nextTick, shallowRef } from 'vue';
import { t } from '../words/index.ts';
import type { Lane } from './grouping.ts';
import { laneName } from './lane-wording.ts';

/**
 * How lanes change places: by a step past the next one that is `shown`, or dragged onto another one. `move` puts the lane of a key at
 * a place among all keys.
 */
export const useLaneMoves = (
  lanes: () => readonly Lane[],
  shown: () => readonly Lane[],
  move: (keys: readonly string[], key: string, place: number) => void,
) => {
  const keys = computed(() => lanes().map(({ key }) => key));
  const shownKeys = computed(() => shown().map(({ key }) => key));
  /** Where the lane that was moved last stands now, in words. */
  const toldPlace = shallowRef('');
  let dragged: Lane | undefined;

  const moveTo = async (lane: Lane, place: number): Promise<void> => {
    const focused = document.activeElement;
    move(keys.value, lane.key, place);
    await nextTick();
    // Its element went through the page with it.
    if (focused instanceof HTMLElement) focused.focus();
    const places = shownKeys.value;
    const now = places.indexOf(lane.key) + 1;
    toldPlace.value = t('board.lane.place', { name: laneName(lane), place: now, n: places.length });
  };
  const moveBy = (lane: Lane, by: number): Promise<void> => {
    const passed = shownKeys.value[shownKeys.value.indexOf(lane.key) + by] ?? lane.key;
    return moveTo(lane, keys.value.indexOf(passed));
  };
  return {
    keys,
    toldPlace,
    moveBy,
    drag: (lane: Lane): void => {
      dragged = lane;
    },
    dropOn: (target: Lane): void => {
      if (dragged && dragged.key !== target.key) moveTo(dragged, keys.value.indexOf(target.key));
      dragged = undefined;
    },
  };
};
