import { setMaxListeners } from 'node:events';

export const isAborted = (signals: readonly AbortSignal[]): boolean => signals.some(({ aborted }) => aborted);

/**
 * Calls `stop` when any of the signals aborts, at once where one has. Returns what takes the listeners away again.
 * Instead of `AbortSignal.any`, which on Node 20 keeps some memory for each call as long as its sources live: here a
 * service's one signal meets a call for every read. Many reads may listen to one signal, so there is no limit to warn of.
 */
export const onAbort = (signals: readonly AbortSignal[], stop: () => void): (() => void) => {
  for (const signal of signals) {
    setMaxListeners(0, signal);
    signal.addEventListener('abort', stop);
  }
  if (isAborted(signals)) stop();
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', stop);
  };
};
