import { type FeedMessage, feedMessageSchema } from '@crewboard/contract';

/**
 * How the page stands with the gateway. All times in ms since 1970. `nextTryAt` is null while a try is under way.
 * `unreadable`: the gateway said something that this page does not understand; it is older or newer than the page.
 */
export type ConnectionState =
  | { kind: 'connecting'; since: number }
  | { kind: 'live'; since: number }
  | { kind: 'offline'; since: number; nextTryAt: number | null; reason: 'lost' | 'unreadable' };

/** What is used of a WebSocket. */
export interface FeedSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close(): void;
}

/** In ms. A feed without a word for `quietMs` is opened anew: a dead connection and a quiet team sound the same. */
export interface FeedTiming {
  openMs: number;
  quietMs: number;
  firstRetryMs: number;
  longestRetryMs: number;
}

export const FEED_TIMING: FeedTiming = { openMs: 10_000, quietMs: 45_000, firstRetryMs: 1_000, longestRetryMs: 15_000 };

/** The gateway's own code for a feed whose person is not signed in any more. */
const SIGNED_OUT = 4401;

/** A sign this young makes `check` superfluous, in ms. */
const FRESH_MS = 2_000;

export interface FeedOptions {
  /** The feed's address, to go on after the offset of the last message (null: from a snapshot). */
  address: (after: string | null) => string;
  onMessage: (message: FeedMessage) => void;
  onState: (state: ConnectionState) => void;
  /** The gateway closed the feed because its person is not signed in any more. Nothing is tried after that. */
  onSignedOut?: () => void;
  openSocket?: (address: string) => FeedSocket;
  timing?: FeedTiming;
}

export interface Feed {
  /** Makes sure that the connection is alive: tries at once where there is none, opens a new one where it may be dead. */
  check(): void;
  close(): void;
}

/** Follows the gateway's feed until closed: hands on each readable message in order and comes back after every loss. */
export const connectFeed = (options: FeedOptions): Feed => {
  const { address, onMessage, onState, onSignedOut, openSocket = browserSocket, timing = FEED_TIMING } = options;
  let state: ConnectionState = { kind: 'connecting', since: Date.now() };
  /** The socket whose messages count. */
  let current: FeedSocket | undefined;
  /** The one that is being opened. `current` stays until it is open, so a renewal is never seen. */
  let candidate: FeedSocket | undefined;
  let after: string | null = null;
  let failures = 0;
  let lastSignAt = 0;
  let isOver = false;
  let openDeadline: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const become = (next: ConnectionState): void => {
    state = next;
    onState(next);
  };

  const dropSockets = (): void => {
    clearTimeout(openDeadline);
    clearTimeout(retry);
    for (const socket of [current, candidate]) retire(socket);
    current = undefined;
    candidate = undefined;
  };

  const lose = (reason: 'lost' | 'unreadable'): void => {
    dropSockets();
    const waitMs = backOffMs(failures, timing);
    failures += 1;
    const since = state.kind === 'offline' ? state.since : Date.now();
    become({ kind: 'offline', since, nextTryAt: Date.now() + waitMs, reason });
    retry = setTimeout(open, waitMs);
  };

  const receive = (data: unknown): void => {
    lastSignAt = Date.now();
    const message = parseFeedMessage(data);
    if (!message) {
      // Whatever it said, the board here may be wrong now: begin again from a snapshot.
      after = null;
      lose('unreadable');
      return;
    }
    failures = 0;
    after = message.kind === 'reset' ? null : message.offset;
    onMessage(message);
  };

  const open = (): void => {
    if (candidate) return;
    clearTimeout(retry);
    if (state.kind === 'offline') become({ ...state, nextTryAt: null });
    const socket = openSocket(address(after));
    candidate = socket;
    openDeadline = setTimeout(() => lose('lost'), timing.openMs);
    socket.onopen = () => {
      clearTimeout(openDeadline);
      retire(current);
      current = socket;
      candidate = undefined;
      lastSignAt = Date.now();
      if (state.kind !== 'live') become({ kind: 'live', since: Date.now() });
    };
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = ({ code }) => {
      if (code !== SIGNED_OUT) return lose('lost');
      end();
      onSignedOut?.();
    };
  };

  const watch = setInterval(() => {
    if (state.kind !== 'live' || Date.now() - lastSignAt < timing.quietMs) return;
    failures = 0;
    open();
  }, timing.quietMs / 4);

  const end = (): void => {
    isOver = true;
    clearInterval(watch);
    dropSockets();
  };

  onState(state);
  open();
  return {
    check() {
      if (isOver) return;
      if (state.kind !== 'live' || Date.now() - lastSignAt > FRESH_MS) open();
    },
    close: end,
  };
};

/** How long to wait before the next try, in ms: doubles up to the longest, half of it by chance so that pages do not come back as one. */
export const backOffMs = (failures: number, timing: FeedTiming, random = Math.random): number => {
  const whole = Math.min(timing.longestRetryMs, timing.firstRetryMs * 2 ** failures);
  return Math.round(whole / 2 + (random() * whole) / 2);
};

/** What a feed said, or `undefined` where it is no message of ours. */
export const parseFeedMessage = (data: unknown): FeedMessage | undefined => {
  if (typeof data !== 'string') return undefined;
  try {
    return feedMessageSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
};

const retire = (socket: FeedSocket | undefined): void => {
  if (!socket) return;
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
  socket.close();
};

const browserSocket = (address: string): FeedSocket => {
  const socket = new WebSocket(address);
  const feed: FeedSocket = { onopen: null, onmessage: null, onclose: null, close: () => socket.close() };
  socket.onopen = () => feed.onopen?.();
  socket.onmessage = ({ data }) => feed.onmessage?.({ data });
  socket.onclose = ({ code }) => feed.onclose?.({ code });
  return feed;
};
