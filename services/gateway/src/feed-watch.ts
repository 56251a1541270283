import type { FastifyBaseLogger } from 'fastify';
import type { Caller } from './sign-in/door.ts';
import type { SignIns } from './sign-in/sign-ins.ts';

/** 4401 of our own: the feed's person is not signed in any more. */
const SIGNED_OUT = 4401;

interface Closable {
  close(code: number, reason: string): Promise<void>;
}

interface Watched {
  expiresAt: number;
  feeds: Set<Closable>;
}

/**
 * Closes the feeds of people who are signed out. Asks the store every `checkMs` for each sign-in that has a feed open, and
 * while the store is away lets go of none but those whose time is over.
 */
export class FeedWatch {
  readonly #signIns: SignIns;
  readonly #logger: FastifyBaseLogger;
  readonly #byCookie = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;

  constructor({ signIns, logger, checkMs }: { signIns: SignIns; logger: FastifyBaseLogger; checkMs: number }) {
    this.#signIns = signIns;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#check(), checkMs);
  }

  add({ cookie, expiresAt }: NonNullable<Caller['signIn']>, feed: Closable): void {
    const watched = this.#byCookie.get(cookie) ?? { expiresAt, feeds: new Set() };
    watched.feeds.add(feed);
    this.#byCookie.set(cookie, watched);
  }

  remove({ cookie }: NonNullable<Caller['signIn']>, feed: Closable): void {
    const watched = this.#byCookie.get(cookie);
    watched?.feeds.delete(feed);
    if (watched?.feeds.size === 0) this.#byCookie.delete(cookie);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const now = Date.now();
    for (const watched of this.#byCookie.values()) if (watched.expiresAt <= now) this.#close(watched);
    if (this.#isChecking) return;
    this.#isChecking = true;
    await Promise.all(Array.from(this.#byCookie, ([cookie, watched]) => this.#checkOne(cookie, watched)));
    this.#isChecking = false;
  }

  async #checkOne(cookie: string, watched: Watched): Promise<void> {
    try {
      if (!(await this.#signIns.find(cookie))) this.#close(watched);
    } catch (error) {
      this.#logger.debug({ err: error }, 'can not tell who is signed in; feeds stay open');
    }
  }

  #close({ feeds }: Watched): void {
    for (const feed of feeds) void feed.close(SIGNED_OUT, 'not signed in any more');
  }
}
