export interface Allowance {
  /** What may be taken at once. */
  capacity: number;
  /** What comes back in a ms. */
  perMs: number;
}

export const perMinute = (count: number): Allowance => ({ capacity: count, perMs: count / 60_000 });
export const perDay = (count: number): Allowance => ({ capacity: count, perMs: count / 86_400_000 });

/**
 * An allowance that comes back with time. Who has anything left may take as much as it needs, on credit: what a request costs is known
 * only when it was read, nothing is too large for ever, and who has nothing left is refused before any work. All times in ms.
 */
export class TokenBucket {
  readonly #allowance: Allowance;
  #level: number;
  #at: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#level = allowance.capacity;
    this.#at = now;
  }

  /** How long until one is left; 0 where one is. */
  waitMs(now: number): number {
    this.#refill(now);
    return this.#level >= 1 ? 0 : Math.ceil((1 - this.#level) / this.#allowance.perMs);
  }

  take(count: number, now: number): void {
    this.#refill(now);
    this.#level -= count;
  }

  #refill(now: number): void {
    // A clock that was set back gives nothing, and takes nothing.
    const passed = Math.max(0, now - this.#at);
    this.#level = Math.min(this.#allowance.capacity, this.#level + passed * this.#allowance.perMs);
    this.#at = now;
  }
}
