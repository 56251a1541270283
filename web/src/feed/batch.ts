import type { FeedMessage } from '@crewboard/contract';

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

/**
 * At the next frame; soon after the last time, at the first frame when the gap is over. Where showing a batch takes the browser longer
 * than half of that, it rests for as long as it took: somebody may want to press a key meanwhile.
 */
export const createPace = (): ((run: () => void) => void) => {
  let restUntil = Number.NEGATIVE_INFINITY;
  return (run) => {
    const atFrame = () =>
      atNextFrame(() => {
        const beganAt = performance.now();
        restUntil = beganAt + GAP_MS;
        // A timer's turn comes when the frame is made.
        setTimeout(() => {
          restUntil = Math.max(restUntil, 2 * performance.now() - beganAt);
        });
        run();
      });
    const wait = () => {
      const leftMs = restUntil - performance.now();
      if (leftMs > 0) setTimeout(wait, leftMs);
      else atFrame();
    };
    wait();
  };
};

/** So many sessions change at once: of more, the rest waits for the next time, so that no burst becomes one long task. */
const MOST_AT_ONCE = 50;

/**
 * Gathers what a feed says and hands it on together: a burst costs one rendering for all that came meanwhile. Of each session only the
 * newest state counts; the one that waits longest is handed on first. `schedule` says when; it is asked once for each batch.
 */
export const createBatch = (
  handOn: (messages: readonly FeedMessage[]) => void,
  schedule: (run: () => void) => void = createPace(),
): ((message: FeedMessage) => void) => {
  /** The snapshot or reset that all changes here came after. */
  let whole: FeedMessage | undefined;
  const changes = new Map<string, FeedMessage>();
  let isScheduled = false;

  const turn = (): void => {
    const next = Array.from(changes.values()).slice(0, MOST_AT_ONCE);
    for (const message of next) if (message.kind === 'change') changes.delete(message.sessionId);
    const messages = whole ? [whole, ...next] : next;
    whole = undefined;
    isScheduled = changes.size > 0;
    if (isScheduled) schedule(turn);
    handOn(messages);
  };

  return (message) => {
    if (message.kind === 'change') changes.set(message.sessionId, message);
    else {
      changes.clear();
      whole = message;
    }
    if (isScheduled) return;
    isScheduled = true;
    schedule(turn);
  };
};
