/** More than so many at once is no journey that an eye could follow. */
const MOST_TRAVELLERS = 12;
const TRAVEL_MS = 180;

/** Where a session stands on the board: its card, or its title among the idle ones. */
export const placeOf = (board: ParentNode, sessionId: string): HTMLElement | null =>
  board.querySelector<HTMLElement>(`[data-session="${CSS.escape(sessionId)}"]`);

const isInSight = ({ top, bottom }: DOMRect): boolean => bottom > 0 && top < innerHeight;

/** The session that has the focus, or one of whose controls has it. */
const focusedOn = (board: ParentNode): { sessionId: string; control: string | undefined } | undefined => {
  const { activeElement } = document;
  const place = activeElement instanceof HTMLElement ? activeElement.closest<HTMLElement>('[data-session]') : null;
  const sessionId = place?.dataset.session;
  if (!(activeElement instanceof HTMLElement) || !sessionId || !(board as Node).contains(place)) return undefined;
  return { sessionId, control: activeElement === place ? undefined : activeElement.dataset.control };
};

let travelling = 0;

const travel = (element: HTMLElement, x: number, y: number): void => {
  travelling += 1;
  const journey = element.animate(
    [
      { transform: `translate(${x}px, ${y}px)`, zIndex: 1, position: 'relative' },
      { transform: 'none', zIndex: 1, position: 'relative' },
    ],
    { duration: TRAVEL_MS, easing: 'ease-out' },
  );
  const end = () => {
    travelling -= 1;
  };
  journey.onfinish = end;
  journey.oncancel = end;
};

/**
 * Call before the page changes; call what it returns after: the given sessions then travel from where they stood to
 * where they stand, and the one that had the focus, or its control, has it again. Only what can be seen is measured and
 * moved, and nothing where the person wants no motion.
 */
export const beginTravel = (board: ParentNode, sessionIds: readonly string[]): (() => void) => {
  const focused = focusedOn(board);
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const travellers = isStill || sessionIds.length + travelling > MOST_TRAVELLERS ? [] : sessionIds;
  const starts = travellers.map((sessionId) => placeOf(board, sessionId)?.getBoundingClientRect());
  return () => {
    if (focused && sessionIds.includes(focused.sessionId)) {
      const place = placeOf(board, focused.sessionId);
      const { control } = focused;
      const part = control ? place?.querySelector<HTMLElement>(`[data-control="${control}"]`) : null;
      (part ?? place)?.focus({ preventScroll: true });
    }
    const ways = travellers.flatMap((sessionId, index) => {
      const start = starts[index];
      const element = start && placeOf(board, sessionId);
      if (!start || !element) return [];
      const end = element.getBoundingClientRect();
      if (!isInSight(start) && !isInSight(end)) return [];
      return { element, x: start.left - end.left, y: start.top - end.top };
    });
    for (const { element, x, y } of ways) travel(element, x, y);
  };
};
