export type Outcome<Reply> = { kind: 'reply'; reply: Reply } | { kind: 'stopped' } | { kind: 'late' };

/** Waits for a reply no longer than `ms`, and not beyond an abort. A reply or error that comes later is dropped. */
export const settle = <Reply>(reply: Promise<Reply>, ms: number, stop: AbortSignal): Promise<Outcome<Reply>> =>
  new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      act();
    };
    const onStop = (): void => finish(() => resolve({ kind: 'stopped' }));
    const timer = setTimeout(() => finish(() => resolve({ kind: 'late' })), ms);
    stop.addEventListener('abort', onStop);
    if (stop.aborted) onStop();
    reply.then(
      (value) => finish(() => resolve({ kind: 'reply', reply: value })),
      (error: unknown) => finish(() => reject(error)),
    );
  });
