export interface PollOptions<Answer> {
  ask: (signal: AbortSignal) => Promise<Answer>;
  /** Hears every answer, in order. A question that failed is only asked again. */
  onAnswer: (answer: Answer) => void;
  /** From one answer to the next question, in ms. */
  everyMs: number;
  /** A question without an answer is given up after so long, in ms. */
  patienceMs?: number;
}

/** Asks at once and then again and again while the page can be seen, and at once when it is seen again. Returns what ends it. */
export const pollWhileVisible = <Answer>({
  ask,
  onAnswer,
  everyMs,
  patienceMs = 10_000,
}: PollOptions<Answer>): (() => void) => {
  const ended = new AbortController();
  let next: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;

  const once = async (): Promise<void> => {
    clearTimeout(next);
    if (isAsking || document.visibilityState !== 'visible') return;
    isAsking = true;
    try {
      const answer = await ask(AbortSignal.any([ended.signal, AbortSignal.timeout(patienceMs)]));
      if (!ended.signal.aborted) onAnswer(answer);
    } catch {
      // Whether the gateway is there at all, the feed tells.
    }
    isAsking = false;
    if (!ended.signal.aborted) next = setTimeout(once, everyMs);
  };
  document.addEventListener('visibilitychange', once, { signal: ended.signal });
  once();
  return () => {
    clearTimeout(next);
    ended.abort();
  };
};
