import { compareOffsets, parseBoardOffset } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { backOffMs, pause } from './back-off.ts';
import type { LiveBoard, SessionChange } from './live-board.ts';
import { loadBoard } from './load-board.ts';

const READ_COUNT = 500;
const WAIT_MS = 5000;
const EPOCH_POLL_MS = 1000;
/** Whoever was away for longer looks whether its place in the changelog is still there. */
const AWAY_MS = 2 * WAIT_MS;

/** Who follows the board. Called in the tick in which the board changed; must not throw. */
export interface BoardListener {
  changed(changes: readonly SessionChange[]): void;
  /** Another board took the place of this one: what was said before means nothing. */
  replaced(): void;
}

/** How a newcomer begins: with what changed since its offset, or with everything. */
export type Start = { kind: 'resume'; changes: SessionChange[] } | { kind: 'snapshot' } | { kind: 'reset' };

export interface HubOptions {
  log: EventLog;
  logger: Logger;
  epochPollMs?: number;
}

/**
 * Reads the board's changelog, once per process and partition, and keeps the merged board in memory. While the log
 * can't be read the last board stays, `check` says why, and reading is tried again until it works.
 */
export class Hub {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #epochPollMs: number;
  readonly #listeners = new Set<BoardListener>();
  readonly #stop = new AbortController();
  readonly #faults = new Map<string, unknown>();
  readonly #behindSince = new Map<number, number>();
  #board: LiveBoard | undefined;
  #running: Promise<void> | undefined;

  constructor({ log, logger, epochPollMs = EPOCH_POLL_MS }: HubOptions) {
    this.#log = log;
    this.#logger = logger;
    this.#epochPollMs = epochPollMs;
  }

  /** `undefined` until it was read for the first time. */
  get board(): LiveBoard | undefined {
    return this.#board;
  }

  /** The feed's `snapshot` message. Only once there is a board. */
  snapshot(): Buffer {
    if (!this.#board) throw new Error('no board yet');
    return this.#board.snapshot();
  }

  /** For how long some partition was not read to its end, in ms; 0 while all are. */
  behindMs(now: number): number {
    return Math.max(0, ...Array.from(this.#behindSince.values(), (since) => now - since));
  }

  /** Begins to read; resolves when the first board is there, or the first try failed. To be called once. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#run(resolve).finally(resolve);
    });
  }

  /** Ends all reading. The log stays open: it is its owner's. A second call is harmless. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Rejects while the board is not there or not up to date. */
  async check(): Promise<void> {
    if (!this.#board) throw new Error('the board was not read yet');
    for (const [what, error] of this.#faults) throw new Error(`can not read ${what}`, { cause: error });
    await this.#log.check();
  }

  /** Tells how a client begins that knows `after`, and lets it hear of every change from this tick on. */
  join(listener: BoardListener, after: string | undefined): Start {
    this.#listeners.add(listener);
    if (after === undefined) return { kind: 'snapshot' };
    const position = parseBoardOffset(after);
    const board = this.#board;
    if (!board || !position || !board.canResume(position)) return { kind: 'reset' };
    return { kind: 'resume', changes: board.changesSince(position) };
  }

  leave(listener: BoardListener): void {
    this.#listeners.delete(listener);
  }

  async #run(tried: () => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const load = () =>
        loadBoard(this.#log).catch((error: unknown) => {
          tried();
          throw error;
        });
      const board = await this.#persist('the board', load, signal);
      if (!board) return;
      const isFirst = this.#board === undefined;
      this.#board = board;
      this.#logger.info({ epoch: board.epoch, sessions: board.size }, isFirst ? 'board read' : 'another board read');
      if (isFirst) tried();
      else for (const listener of this.#listeners) listener.replaced();
      await this.#follow(board, signal);
    }
  }

  /** Follows one board until it is reset, what it would have to read next is gone, or the hub stops. */
  async #follow(board: LiveBoard, stopped: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = () => over.abort();
    stopped.addEventListener('abort', end, { once: true });
    const tails = Array.from({ length: this.#log.partitions }, (_, partition) =>
      this.#tail(board, partition, over.signal).finally(end),
    );
    try {
      await this.#untilReset(board, over.signal);
      end();
      await Promise.all(tails);
    } finally {
      stopped.removeEventListener('abort', end);
    }
  }

  async #untilReset(board: LiveBoard, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#epochPollMs, signal);
      const epoch = await this.#persist("the board's epoch", () => this.#log.epoch(), signal);
      if (epoch !== undefined && epoch !== board.epoch) return;
    }
  }

  /** Reads on until the signal, or until it finds that changes were dropped before it has read them. */
  async #tail(board: LiveBoard, partition: number, signal: AbortSignal): Promise<void> {
    const what = `partition ${partition} of the changelog`;
    let readAt = performance.now();
    while (!signal.aborted) {
      const after = board.appliedTo(partition);
      let tries = 0;
      const read = async () => {
        tries += 1;
        const entries = await this.#log.readChanges(partition, { after, count: READ_COUNT, waitMs: WAIT_MS, signal });
        const wasAway = tries > 1 || performance.now() - readAt > AWAY_MS;
        // Whoever reads all along stands at the end, where nothing is dropped.
        const mayHaveMissed = wasAway || entries.length === READ_COUNT;
        const horizon = mayHaveMissed ? await this.#log.changesHorizon(partition) : after;
        return { entries, hasMissed: compareOffsets(horizon, after) > 0 };
      };
      const found = await this.#persist(what, read, signal);
      if (!found) return;
      const { entries, hasMissed } = found;
      readAt = performance.now();
      if (hasMissed) {
        this.#logger.warn({ partition, after }, 'changes were dropped before they were read: reading the whole board');
        return;
      }
      const isAtEnd = entries.length < READ_COUNT;
      if (isAtEnd) this.#behindSince.delete(partition);
      else if (!this.#behindSince.has(partition)) this.#behindSince.set(partition, Date.now());
      const changes = entries.map((entry) => board.apply(entry)).filter((change) => change !== undefined);
      if (changes.length > 0) for (const listener of this.#listeners) listener.changed(changes);
    }
  }

  /** Tries until it works; `undefined` only where the signal ended it. Tells the log once when it begins and ends to fail. */
  async #persist<Value>(what: string, attempt: () => Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const value = await attempt();
        this.#faults.delete(what);
        if (failures > 0) this.#logger.info({ what, failures }, 'can read again');
        return value;
      } catch (error) {
        if (signal.aborted) return undefined;
        failures += 1;
        this.#faults.set(what, error);
        if (failures === 1) this.#logger.warn({ err: error, what }, 'can not read, trying again');
        await pause(backOffMs(failures), signal);
      }
    }
    return undefined;
  }
}
