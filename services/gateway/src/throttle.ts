import { normalizeIP } from '@fastify/rate-limit';
import { LruMap } from 'toad-cache';

/** So many wrong tries are anybody's slips. */
const FREE_TRIES = 5;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 5 * 60_000;
/** A network without a try for so long begins anew. */
const FORGET_MS = 60 * 60_000;
/** One that somebody came in from is known for so long. */
const REMEMBER_MS = 30 * 24 * 3_600_000;
const MOST_NETWORKS = 10_000;

/** Of all unknown ones together: so many at once, then one more in so many ms. */
const BURST = 60;
const REFILL_MS = 1000;

/** What one network did; of IPv6 one customer has many addresses. */
interface Network {
  wrong: number;
  /** Nothing is tried before. */
  nextAt: number;
}

/**
 * Slows down who tries passwords or codes: each network by itself, with a delay that doubles, and all unknown ones together.
 * Only trying is slowed: who is in notices nothing, and networks that somebody came in from do not wait for strangers.
 */
export class Throttle {
  readonly #networks = new LruMap<Network>(MOST_NETWORKS, FORGET_MS);
  /** Where somebody came in from. */
  readonly #known = new LruMap<true>(MOST_NETWORKS, REMEMBER_MS);
  #tokens = BURST;
  #filledAt = 0;

  /** Counts a try, as a wrong one until {@link succeeded}. Gives how many ms it has to wait instead; 0: it may go on. */
  take(ip: string, now: number): number {
    const network = normalizeIP(ip);
    const state = this.#networks.get(network) ?? { wrong: 0, nextAt: 0 };
    if (state.nextAt > now) return state.nextAt - now;
    const waitMs = this.#known.get(network) ? 0 : this.#takeToken(now);
    if (waitMs > 0) return waitMs;
    state.wrong += 1;
    const doublings = Math.min(state.wrong - FREE_TRIES, 20);
    state.nextAt = doublings < 0 ? 0 : now + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
    this.#networks.set(network, state);
    return 0;
  }

  /** The try was right. Takes back that one only: somebody's own password is no way to try another's without end. */
  succeeded(ip: string): void {
    const network = normalizeIP(ip);
    this.#known.set(network, true);
    const state = this.#networks.get(network);
    if (!state) return;
    state.wrong = Math.max(0, state.wrong - 1);
    state.nextAt = 0;
  }

  #takeToken(now: number): number {
    const refilled = Math.floor((now - this.#filledAt) / REFILL_MS);
    if (refilled > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + refilled);
      this.#filledAt = now;
    }
    if (this.#tokens === 0) return REFILL_MS - (now - this.#filledAt);
    this.#tokens -= 1;
    return 0;
  }
}
