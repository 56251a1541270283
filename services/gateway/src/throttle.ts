import { isIPv6 } from 'node:net';

/** So many wrong tries are anybody's slips. */
const FREE_TRIES = 5;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 5 * 60_000;
/** An address without a try for so long begins anew. */
const FORGET_MS = 60 * 60_000;
const MOST_ADDRESSES = 10_000;

/** Of all addresses together: so many at once, then one more in so many ms. */
const BURST = 60;
const REFILL_MS = 1000;

interface Address {
  wrong: number;
  /** Nothing is tried before. */
  nextAt: number;
  lastAt: number;
  /** Somebody came in from here. */
  isKnown: boolean;
}

/** Of IPv6 one customer has a whole /64. */
const networkOf = (address: string): string => {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail !== undefined) while (groups.length < 4) groups.push('0');
  return groups.slice(0, 4).join(':');
};

/**
 * Slows down who tries passwords or codes: each address by itself, with a delay that doubles, and all that nobody knows yet
 * together. Only trying is slowed: who is in notices nothing, and addresses that somebody came in from do not
 * wait for strangers.
 */
export class Throttle {
  readonly #addresses = new Map<string, Address>();
  #tokens = BURST;
  #filledAt = 0;

  /** Counts a try, as a wrong one until {@link succeeded}. Gives how many ms it has to wait instead; 0: it may go on. */
  take(ip: string, now: number): number {
    const id = networkOf(ip);
    const found = this.#addresses.get(id);
    const isOld = found !== undefined && now - found.lastAt >= FORGET_MS;
    const address: Address =
      found && !isOld ? found : { wrong: 0, nextAt: 0, lastAt: now, isKnown: found?.isKnown ?? false };
    if (address.nextAt > now) return address.nextAt - now;
    const waitMs = address.isKnown ? 0 : this.#takeToken(now);
    if (waitMs > 0) return waitMs;
    address.wrong += 1;
    address.lastAt = now;
    const doublings = Math.min(address.wrong - FREE_TRIES, 20);
    address.nextAt = doublings < 0 ? 0 : now + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
    this.#remember(id, address);
    return 0;
  }

  /** The try was right. Takes back that one only: somebody's own password is no way to try another's without end. */
  succeeded(ip: string): void {
    const address = this.#addresses.get(networkOf(ip));
    if (!address) return;
    address.wrong = Math.max(0, address.wrong - 1);
    address.nextAt = 0;
    address.isKnown = true;
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

  /** The one that was silent longest makes place. */
  #remember(id: string, address: Address): void {
    this.#addresses.delete(id);
    this.#addresses.set(id, address);
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    const [oldest] = this.#addresses.keys();
    if (oldest !== undefined) this.#addresses.delete(oldest);
  }
}
