/** Cards that are drawn around the one that is looked for push it away for so many frames at most. */
const SETTLING_FRAMES = 30;
const OWN_SCROLLING = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

/** Scrolls so that an element is in sight and keeps it there while the board settles, unless the person moves on. */
export const bringIntoSight = (element: HTMLElement, block: ScrollLogicalPosition): void => {
  element.scrollIntoView({ block });
  const moved = new AbortController();
  for (const name of OWN_SCROLLING) {
    addEventListener(name, () => moved.abort(), { signal: moved.signal, passive: true });
  }
  let frames = SETTLING_FRAMES;
  const hold = (): void => {
    if (moved.signal.aborted) return;
    if (!element.isConnected || frames-- === 0) {
      moved.abort();
      return;
    }
    const { top, height } = element.getBoundingClientRect();
    if (top < 0 || top + height > innerHeight) element.scrollIntoView({ block });
    requestAnimationFrame(hold);
  };
  requestAnimationFrame(hold);
};
