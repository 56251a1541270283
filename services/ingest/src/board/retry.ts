import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@crewboard/runtime';

export type Attempt = () => Promise<
  | { ok: true }
  | {
      ok: false;
      /** For a person: what is wrong, and what to do where something can be done. Logged when it is another than before. */
      reason: string;
      error?: unknown;
      /** What the other side asked for, or more: not sooner. */
      retryAfterMs?: number | undefined;
      /** Trying again soon won't help: wait long, somebody has to change something. */
      isLasting?: boolean;
    }
>;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/**
 * Tries until it worked, with growing waits in between. Their lengths are random: agents that lost the same board must not come back
 * all at once. Rejects only when the signal aborts.
 */
export const untilAccepted = async (
  attempt: Attempt,
  { signal, logger }: { signal: AbortSignal; logger?: Logger },
): Promise<void> => {
  for (let tries = 0, lastReason = ''; ; tries++) {
    signal.throwIfAborted();
    const result = await attempt();
    if (result.ok) {
      if (tries > 0) logger?.info({ tries }, 'events are accepted again');
      return;
    }
    signal.throwIfAborted();
    const waitMs = Math.round(waitBefore(tries, result));
    if (result.reason !== lastReason) logger?.error({ err: result.error, waitMs }, result.reason);
    lastReason = result.reason;
    await sleep(waitMs, undefined, { signal });
  }
};

/** `random` is from 0 up to 1. Never sooner than the other side asked for; up to a fifth later, for the same reason. */
const waitBefore = (
  tries: number,
  { retryAfterMs, isLasting }: { retryAfterMs?: number | undefined; isLasting?: boolean },
  random: number = Math.random(),
): number => {
  const grown = isLasting ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
  return Math.max((retryAfterMs ?? 0) * (1 + random / 5), grown * (0.5 + random / 2));
};
