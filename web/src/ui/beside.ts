import { autoUpdate, computePosition, flip, offset, type Placement, shift, size } from '@floating-ui/dom';
import { type Ref, shallowRef, watch } from 'vue';

/** In px of the window. */
export interface Place {
  left: number;
  top: number;
  maxHeight: number;
}

const GAP_PX = 6;
const EDGE_PX = 12;
/** Lower than this a panel is no use: it goes to another side. */
const LEAST_HEIGHT_PX = 120;

/**
 * Where `panel` (fixed, and in the top layer) stands beside `anchor`, for as long as both are there. It never covers the anchor, and goes
 * to another side where there is no room.
 */
export const useBeside = (
  anchor: () => HTMLElement | null,
  panel: () => HTMLElement | null,
  placement: () => Placement,
): Readonly<Ref<Place>> => {
  const place = shallowRef<Place>({ left: 0, top: 0, maxHeight: 480 });
  watch(
    [anchor, panel, placement],
    ([anchor, panel, placement], _before, onCleanup) => {
      if (!anchor || !panel) return;
      const update = async (): Promise<void> => {
        let maxHeight = 0;
        const { x, y } = await computePosition(anchor, panel, {
          placement,
          strategy: 'fixed',
          middleware: [
            offset(GAP_PX),
            flip({ padding: EDGE_PX, fallbackAxisSideDirection: 'end' }),
            shift({ padding: EDGE_PX }),
            size({
              padding: EDGE_PX,
              apply: ({ availableHeight }) => {
                maxHeight = availableHeight;
              },
            }),
          ],
        });
        place.value = { left: Math.round(x), top: Math.round(y), maxHeight: Math.max(maxHeight, LEAST_HEIGHT_PX) };
      };
      onCleanup(autoUpdate(anchor, panel, update));
    },
    { flush: 'post', immediate: true },
  );
  return place;
};
