import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import type { BoardListener, Start } from './hub.ts';
import type { SessionChange } from './live-board.ts';

export interface FeedLimits {
  /** Changes go out at once, and on average at most once in so many ms: what comes in between is conflated by session. */
  tickMs: number;
  /** So many times at once, after a rest: whoever sees little sees each change when it comes. At least 1. */
  burst: number;
  /** Nothing is written to a socket that still holds so many bytes: it waits here, one change a session. */
  highWaterBytes: number;
  /** A snapshot goes out in frames of this size, so that a slow client never makes us hold all of it for itself. */
  chunkBytes: number;
  /** A socket that took nothing for so long, although something waits for it, is closed with 1013. */
  stallMs: number;
  /** A ping goes out so often; who answered none by the next one is gone. */
  pingMs: number;
  /** Who comes beyond so many is closed with 1013. */
  maxSockets: number;
  /** Whether the people who look are still signed in is asked so often. */
  signInCheckMs: number;
}

export const FEED_LIMITS: FeedLimits = {
  tickMs: 20,
  burst: 5,
  highWaterBytes: 256 * 1024,
  chunkBytes: 64 * 1024,
  stallMs: 30_000,
  pingMs: 20_000,
  maxSockets: 2000,
  signInCheckMs: 2000,
};

/** Close codes of RFC 6455 and its registry. */
export const GOING_AWAY = 1001;
export const TRY_AGAIN_LATER = 1013;

/** After a close frame that a client does not answer. */
const CLOSE_WITHIN_MS = 2000;

export interface FeedCounters {
  sent(): void;
  conflated(): void;
  closedSlow(): void;
}

const RESET = Buffer.from('{"kind":"reset"}');

/** What a socket that is up to date waits for, or what it has to be told first. */
type Owed = 'nothing' | 'snapshot' | 'reset';

/**
 * One client of the feed. Holds at most one change a session and never more bytes than the high-water mark and one
 * message, however slow the client is: who falls behind skips states in between, and never ends in an old one.
 */
export class FeedSocket implements BoardListener {
  readonly #socket: WebSocket;
  /**
   * The connection below, to put the messages of one go into one write. Changes go straight to it, as frames that all sockets share: `ws`
   * would make a head for each. It sends nothing later than it is told to without compression, so frames never mix.
   */
  readonly #connection: Socket;
  readonly #limits: FeedLimits;
  readonly #counters: FeedCounters;
  readonly #snapshot: () => Buffer;
  /** In the order of each session's last change: so every message's offset is true when it arrives. */
  readonly #pending = new Map<string, SessionChange>();
  #owed: Owed = 'nothing';
  #large: { bytes: Buffer; next: number } | undefined;
  /** The ticks that were used reach until then, on a clock that nobody sets. */
  #usedUntil = 0;
  #tick: NodeJS.Timeout | undefined;
  #isBlocked = false;
  #isAlive = true;
  #progressAt = Date.now();

  constructor(options: {
    socket: WebSocket;
    connection: Socket;
    limits: FeedLimits;
    counters: FeedCounters;
    snapshot: () => Buffer;
  }) {
    this.#socket = options.socket;
    this.#connection = options.connection;
    this.#limits = options.limits;
    this.#counters = options.counters;
    this.#snapshot = options.snapshot;
    this.#socket.on('pong', () => {
      this.#isAlive = true;
    });
    this.#socket.on('close', () => this.#forget());
  }

  /** Says how this client begins. Before anything else, in the tick in which it joined the hub. */
  begin(start: Start): void {
    if (start.kind === 'resume') this.changed(start.changes);
    else this.#owe(start.kind);
  }

  changed(changes: readonly SessionChange[]): void {
    // The snapshot is taken when it is sent: these changes will be in it.
    if (this.#owed !== 'nothing' || this.#socket.readyState !== this.#socket.OPEN) return;
    for (const change of changes) {
      if (this.#pending.delete(change.sessionId)) this.#counters.conflated();
      this.#pending.set(change.sessionId, change);
    }
    this.#pump();
  }

  replaced(): void {
    this.#owe('reset');
  }

  /** To be called every `pingMs`: gives up on who takes nothing and on who is gone. */
  beat(now: number): void {
    if (this.#isBlocked && now - this.#progressAt >= this.#limits.stallMs) {
      this.#counters.closedSlow();
      this.close(TRY_AGAIN_LATER, 'too slow');
    } else if (!this.#isAlive) {
      this.#socket.terminate();
    } else {
      this.#isAlive = false;
      this.#socket.ping();
    }
  }

  /** Resolves when the connection is gone, at the latest after 2 s. */
  close(code: number, reason: string): Promise<void> {
    this.#forget();
    return new Promise((resolve) => {
      if (this.#socket.readyState === this.#socket.CLOSED) return resolve();
      const late = setTimeout(() => this.#socket.terminate(), CLOSE_WITHIN_MS);
      this.#socket.once('close', () => {
        clearTimeout(late);
        resolve();
      });
      this.#socket.close(code, reason);
    });
  }

  /** The whole board, as it is when its turn comes, in place of everything that waits. */
  #owe(owed: 'snapshot' | 'reset'): void {
    this.#owed = owed;
    this.#pending.clear();
    this.#pump();
  }

  #forget(): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#owed = 'nothing';
    this.#large = undefined;
    this.#pending.clear();
  }

  /** Writes what may be written now. What is left waits for the tick's end or for the client. */
  #pump(): void {
    this.#connection.cork();
    try {
      const waitMs = this.#waitMs();
      let hasSentChanges = false;
      while (this.#socket.readyState === this.#socket.OPEN) {
        if (this.#isFull()) break;
        if (this.#large) this.#sendChunk(this.#large);
        else if (this.#owed !== 'nothing') this.#beginSnapshot();
        else if (waitMs === 0 && this.#sendChange()) hasSentChanges = true;
        else break;
      }
      if (hasSentChanges) this.#usedUntil = Math.max(this.#usedUntil, performance.now()) + this.#limits.tickMs;
      if (waitMs > 0 && this.#pending.size > 0) this.#pumpIn(waitMs);
    } finally {
      this.#connection.uncork();
    }
  }

  #isFull(): boolean {
    const wasBlocked = this.#isBlocked;
    this.#isBlocked = this.#socket.bufferedAmount >= this.#limits.highWaterBytes;
    // The time of a stall begins when there is something to take.
    if (this.#isBlocked && !wasBlocked) this.#progressAt = Date.now();
    return this.#isBlocked;
  }

  #beginSnapshot(): void {
    if (this.#owed === 'reset') this.#send(RESET, true);
    this.#owed = 'nothing';
    this.#large = { bytes: this.#snapshot(), next: 0 };
  }

  #sendChunk(large: { bytes: Buffer; next: number }): void {
    const end = large.next + this.#limits.chunkBytes;
    const isLast = end >= large.bytes.length;
    this.#send(large.bytes.subarray(large.next, end), isLast);
    large.next = end;
    if (isLast) this.#large = undefined;
  }

  #sendChange(): boolean {
    const [first] = this.#pending;
    if (!first) return false;
    const [sessionId, change] = first;
    this.#pending.delete(sessionId);
    this.#counters.sent();
    this.#connection.write(change.frame(), this.#written);
    return true;
  }

  /** Until changes may go out again, in ms. */
  #waitMs(): number {
    const { tickMs, burst } = this.#limits;
    return Math.max(0, this.#usedUntil - (burst - 1) * tickMs - performance.now());
  }

  #pumpIn(ms: number): void {
    this.#tick ??= setTimeout(() => {
      this.#tick = undefined;
      this.#pump();
    }, ms);
  }

  #send(bytes: Buffer, fin: boolean): void {
    if (fin) this.#counters.sent();
    this.#socket.send(bytes, { binary: false, fin }, this.#written);
  }

  readonly #written = (): void => {
    this.#progressAt = Date.now();
    if (!this.#isBlocked) return;
    // A connection that takes more after it was full has a living client at its other end, whose pong stands in line.
    this.#isAlive = true;
    this.#pump();
  };
}
