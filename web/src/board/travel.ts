/** More than so many at once is no journey that an eye could follow. */
const MOST_TRAVELLERS = 12;
const TRAVEL_MS = 180;

/** Where a session stands on the board: its card, or its title among the idle ones. */
export const placeOf = (board: ParentNode, sessionId: string): HTMLElement | null =>
  board.querySelector<HTMLElement>(`[data-session="${CSS.escape(sessionId)}"]`);

/**
 * Call before the page changes; call what it returns after: the given sessions then travel from where they stood to
 * where they stand, and the one that had the focus, or its control, has it again. Nothing travels where the person wants no motion.
 */
export const beginTravel = (board: ParentNode, sessionIds: readonly string[]): (() => void) => {
  const focused = sessionIds.find((sessionId) => placeOf(board, sessionId)?.matches(':focus-within'));
  const control = focused && board.querySelector<HTMLElement>('[data-session] :focus')?.dataset.control;
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const travellers = isStill || sessionIds.length > MOST_TRAVELLERS ? [] : sessionIds;
  const starts = travellers.map((sessionId) => placeOf(board, sessionId)?.getBoundingClientRect());
  return () => {
    if (focused) {
      const place = placeOf(board, focused);
      const part = control ? place?.querySelector<HTMLElement>(`[data-control="${control}"]`) : null;
      (part ?? place)?.focus({ preventScroll: true });
    }
    const ways = travellers.flatMap((sessionId, index) => {
      const start = starts[index];
      const element = placeOf(board, sessionId);
      if (!start || !element) return [];
      const end = element.getBoundingClientRect();
      return { element, x: start.left - end.left, y: start.top - end.top };
    });
    for (const { element, x, y } of ways) {
      element.animate(
        [
          { transform: `translate(${x}px, ${y}px)`, zIndex: 1, position: 'relative' },
          { transform: 'none', zIndex: 1, position: 'relative' },
        ],
        { duration: TRAVEL_MS, easing: 'ease-out' },
      );
    }
  };
};
