import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 20;

/** Tries until it throws nothing. Throws what it threw last, when the time is over. */
export const until = async <Value>(check: () => Value | Promise<Value>, withinMs: number): Promise<Value> => {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await sleep(EVERY_MS);
  }
};
