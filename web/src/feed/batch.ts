/** The longest that a page without frames (hidden, minimised) waits with what it was told, in ms. */
const HIDDEN_WAIT_MS = 250;

/** Runs once: at the next frame, or a little later where no frame comes. */
const atNextFrame = (run: () => void): void => {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_WAIT_MS);
};

/**
 * Gathers items and hands them on together, in order, once for each frame: a burst costs one rendering.
 * `schedule` says when; it is asked once for each batch.
 */
export const createBatch = <Item>(
  handOn: (items: readonly Item[]) => void,
  schedule: (run: () => void) => void = atNextFrame,
): ((item: Item) => void) => {
  let gathered: Item[] = [];
  return (item) => {
    gathered.push(item);
    if (gathered.length > 1) return;
    schedule(() => {
      const items = gathered;
      gathered = [];
      handOn(items);
    });
  };
};
