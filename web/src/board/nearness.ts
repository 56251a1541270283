import {
  type InjectionKey,
  inject,
  onBeforeUnmount,
  onMounted,
  provide,
  type Ref,
  type ShallowRef,
  shallowRef,
} from 'vue';

/** How far beyond the window a card is near: as far again as the window is high, so that no scrolling by hand outruns it. */
const MARGIN = '100% 0px';
/** So many cards are drawn, and so many sketched, in one frame: the rest waits for the next. */
const MOST_A_FRAME = 8;
/** And so many where the last frame took longer than this, in ms: who scrolls fast sees sketches pass by, and no jerks. */
const MOST_WHEN_LATE = 3;
const LATE_MS = 25;
/** So many are drawn at once as they come, those that stand first: about what a window shows. */
const MOST_AT_ONCE = 36;
/** So many that left their place are drawn in their next one from the start: as many as travel there. */
const MOST_MOVED = 12;
/** In px: about what a card of a few lines takes. */
const USUAL_HEIGHT = 168;

interface Place {
  sessionId: string;
  isDrawn: ShallowRef<boolean>;
  height: number;
}

/** Which cards are near to what is in sight. Those are drawn; the others are sketches: as high as their card, with its title. */
export interface Nearness {
  /** A new place of a session's card. `isFirst`: it stands at the top of its column. */
  place(sessionId: string, isFirst: boolean): Place;
  /** Watches a place from when it has an element, and until it is given up. */
  watch(place: Place, element: Element): void;
  giveUp(place: Place, element: Element | null): void;
  /** Draws a session's card, wherever it is. */
  draw(sessionId: string): void;
  end(): void;
}

/** `isLarge`: whether the board has more cards than a browser draws with ease; where not, all are drawn. */
export const createNearness = (isLarge: () => boolean): Nearness => {
  const bySession = new Map<string, Place>();
  const byElement = new Map<Element, Place>();
  /** Drawn cards that just left their place. */
  const left = new Set<string>();
  const toDraw = new Set<Place>();
  const toSketch = new Map<Place, Element>();
  let atOnce = 0;
  let moved = 0;
  let frame = 0;
  let turnedAt = 0;

  const turn = (at: number): void => {
    const most = at - turnedAt > LATE_MS ? MOST_WHEN_LATE : MOST_A_FRAME;
    turnedAt = at;
    frame = 0;
    atOnce = 0;
    moved = 0;
    left.clear();
    for (const place of [...toDraw].slice(0, most)) {
      toDraw.delete(place);
      place.isDrawn.value = true;
    }
    for (const [place, element] of [...toSketch].slice(0, most)) {
      toSketch.delete(place);
      // Whoever reads there by keyboard stays where they are.
      if (!element.matches(':focus-within')) place.isDrawn.value = false;
    }
    if (toDraw.size + toSketch.size > 0) nextTurn();
  };
  const nextTurn = (): void => {
    frame ||= requestAnimationFrame(turn);
  };

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        const place = byElement.get(target);
        if (!place) continue;
        toDraw.delete(place);
        toSketch.delete(place);
        if (isIntersecting || !isLarge()) {
          if (!place.isDrawn.value) toDraw.add(place);
        } else if (place.isDrawn.value) {
          place.height = boundingClientRect.height;
          toSketch.set(place, target);
        }
      }
      nextTurn();
    },
    { rootMargin: MARGIN },
  );

  const isDrawnAtOnce = (sessionId: string, isFirst: boolean): boolean => {
    if (left.has(sessionId) || bySession.get(sessionId)?.isDrawn.value) {
      moved += 1;
      return moved <= MOST_MOVED;
    }
    if (atOnce >= MOST_AT_ONCE || (isLarge() && !isFirst)) return false;
    atOnce += 1;
    return true;
  };

  return {
    place(sessionId, isFirst) {
      const isDrawn = shallowRef(isDrawnAtOnce(sessionId, isFirst));
      const place: Place = { sessionId, isDrawn, height: bySession.get(sessionId)?.height ?? USUAL_HEIGHT };
      bySession.set(sessionId, place);
      if (!isDrawn.value && !isLarge()) toDraw.add(place);
      nextTurn();
      return place;
    },
    watch(place, element) {
      byElement.set(element, place);
      observer.observe(element);
    },
    giveUp(place, element) {
      if (place.isDrawn.value) left.add(place.sessionId);
      if (bySession.get(place.sessionId) === place) bySession.delete(place.sessionId);
      toDraw.delete(place);
      toSketch.delete(place);
      if (!element) return;
      byElement.delete(element);
      observer.unobserve(element);
      nextTurn();
    },
    draw(sessionId) {
      const place = bySession.get(sessionId);
      if (place) place.isDrawn.value = true;
    },
    end() {
      cancelAnimationFrame(frame);
      observer.disconnect();
    },
  };
};

const nearnessKey: InjectionKey<Nearness> = Symbol('nearness');

/** For all that is below, until that is gone. */
export const provideNearness = (nearness: Nearness): void => {
  provide(nearnessKey, nearness);
  onBeforeUnmount(nearness.end);
};

/** Whether a card is to be drawn now; always where nothing tells what is near. */
export const useNearness = (
  sessionId: string,
  isFirst: boolean,
  element: Readonly<Ref<HTMLElement | null>>,
): { isDrawn: Readonly<Ref<boolean>>; heightOf: () => number; draw: () => void } => {
  const nearness = inject(nearnessKey, undefined);
  const place = nearness?.place(sessionId, isFirst);
  if (!nearness || !place) return { isDrawn: shallowRef(true), heightOf: () => USUAL_HEIGHT, draw: () => undefined };
  onMounted(() => element.value && nearness.watch(place, element.value));
  onBeforeUnmount(() => nearness.giveUp(place, element.value));
  return { isDrawn: place.isDrawn, heightOf: () => place.height, draw: () => nearness.draw(sessionId) };
};
