const BEAT_MS = 5_000;
/** A beat this late means that the machine slept. */
const SLEPT_MS = 20_000;

/**
 * Calls when the page may have missed that its connection died: the network is back, the page is shown again,
 * the machine woke up. May call when nothing was missed. Returns what ends it.
 */
export const onWake = (wake: () => void): (() => void) => {
  const listening = new AbortController();
  const { signal } = listening;
  const isShown = () => document.visibilityState === 'visible';
  window.addEventListener('online', wake, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
  document.addEventListener('visibilitychange', () => isShown() && wake(), { signal });
  let lastBeatAt = Date.now();
  const beat = setInterval(() => {
    const late = Date.now() - lastBeatAt > SLEPT_MS;
    lastBeatAt = Date.now();
    // A hidden page's timers are slowed down by the browser: lateness says nothing there.
    if (late && isShown()) wake();
  }, BEAT_MS);
  return () => {
    clearInterval(beat);
    listening.abort();
  };
};
