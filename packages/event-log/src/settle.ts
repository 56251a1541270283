import { onAbort } from './abort.ts';

export type Outcome<Reply> = { kind: 'reply'; reply: Reply } | { kind: 'stopped' } | { kind: 'late' };

/** Waits for a reply no longer than `ms`, and not beyond an abort. A reply or error that comes later is dropped. */
export const settle = async <Reply>(
  reply: Promise<Reply>,
  ms: number,
  stop: readonly AbortSignal[] = [],
): Promise<Outcome<Reply>> => {
  let timer: NodeJS.Timeout | undefined;
  let leave = (): void => {};
  const ended = new Promise<Outcome<Reply>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'late' }), ms);
    leave = onAbort(stop, () => resolve({ kind: 'stopped' }));
  });
  try {
    return await Promise.race([reply.then((value) => ({ kind: 'reply', reply: value }) as const), ended]);
  } finally {
    clearTimeout(timer);
    leave();
  }
};
