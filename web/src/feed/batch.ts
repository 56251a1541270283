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

/** The shortest time between two batches, in ms: too short for an eye, and half of the work where changes come without a pause. */
const GAP_MS = 100;

/** At the next frame; soon after the last time, at the first frame when the gap is over. */
export const createPace = (): ((run: () => void) => void) => {
  let ranAt = Number.NEGATIVE_INFINITY;
  return (run) => {
    const atFrame = () =>
      atNextFrame(() => {
        ranAt = performance.now();
        run();
      });
    const leftMs = ranAt + GAP_MS - performance.now();
    if (leftMs > 0) setTimeout(atFrame, leftMs);
    else atFrame();
  };
};

/**
 * Gathers items and hands them on together, in order: a burst costs one rendering for all that came meanwhile.
 * `schedule` says when; it is asked once for each batch.
 */
export const createBatch = <Item>(
  handOn: (items: readonly Item[]) => void,
  schedule: (run: () => void) => void = createPace(),
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
