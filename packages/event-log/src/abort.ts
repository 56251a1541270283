export const isAborted = (signals: readonly AbortSignal[]): boolean => signals.some(({ aborted }) => aborted);

/** One listener for each signal, whoever waits for it. */
const stopsBySignal = new WeakMap<AbortSignal, Set<() => void>>();

const stopsOf = (signal: AbortSignal): Set<() => void> => {
  const known = stopsBySignal.get(signal);
  if (known) return known;
  const stops = new Set<() => void>();
  signal.addEventListener(
    'abort',
    () => {
      for (const stop of [...stops]) stop();
    },
    { once: true },
  );
  stopsBySignal.set(signal, stops);
  return stops;
};

/**
 * Calls `stop` when any of the signals aborts, at once where one has; it must not throw. Returns what takes it away again.
 * Instead of `AbortSignal.any`, which on Node 20 keeps some memory for each call as long as its sources live, and of a listener for each
 * call, which costs more than most of what is waited for: here a service's one signal meets a call for every read and command.
 */
export const onAbort = (signals: readonly AbortSignal[], stop: () => void): (() => void) => {
  for (const signal of signals) stopsOf(signal).add(stop);
  if (isAborted(signals)) stop();
  return () => {
    for (const signal of signals) stopsOf(signal).delete(stop);
  };
};
