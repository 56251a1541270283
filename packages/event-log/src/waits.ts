import { isAborted, onAbort } from './abort.ts';

/** Waits inside one process: whoever waits for one of some topics is woken when it is notified. */
export interface Waits {
  /** Resolves at the next notification, after `ms`, at an abort, or at `close`; never rejects. */
  wait(topics: readonly string[], ms: number, stop: readonly AbortSignal[]): Promise<void>;
  notify(topic: string): void;
  close(): void;
}

export const createWaits = (): Waits => {
  const waiting = new Map<string, Set<() => void>>();
  let isClosed = false;

  const wait: Waits['wait'] = (topics, ms, stop) =>
    new Promise((resolve) => {
      if (isClosed || isAborted(stop)) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        leave();
        for (const topic of topics) waiting.get(topic)?.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      const leave = onAbort(stop, wake);
      for (const topic of topics) {
        const wakes = waiting.get(topic) ?? new Set();
        waiting.set(topic, wakes.add(wake));
      }
    });

  const notify = (topic: string): void => {
    for (const wake of [...(waiting.get(topic) ?? [])]) wake();
  };

  const close = (): void => {
    isClosed = true;
    for (const topic of waiting.keys()) notify(topic);
  };

  return { wait, notify, close };
};
