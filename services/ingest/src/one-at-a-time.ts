/**
 * Does the work for a key, never twice at once for the same one: a call that comes meanwhile has it done once more afterwards, and
 * resolves with that. `work` must not reject.
 */
export const createOneAtATime = (work: (key: string) => Promise<void>): ((key: string) => Promise<void>) => {
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  return (key) => {
    const current = running.get(key);
    if (current) {
      again.add(key);
      return current;
    }
    const run = (async () => {
      do {
        again.delete(key);
        await work(key);
      } while (again.has(key));
      running.delete(key);
    })();
    running.set(key, run);
    return run;
  };
};
