import {
  type Board,
  compareOffsets,
  emptyBoard,
  type FeedMessage,
  parseBoardOffset,
  reduceBoard,
} from '@crewboard/contract';
import { WebSocket } from 'ws';
import { connectFeed, type FeedSocket } from '../../web/src/feed/connect.ts';

/** Somebody who looks at the board for the whole run, with the page's own client of the feed. */
export interface Viewer {
  readonly name: string;
  board(): Board;
  /** How often it had to connect again. */
  readonly returns: number;
  /** What no viewer may be told: takes what was noted so far. */
  takeFaults(): string[];
  close(): void;
}

/** As the page's, but for how soon it comes back: a round is shorter than a person's patience. */
const TIMING = { openMs: 3_000, quietMs: 12_000, firstRetryMs: 100, longestRetryMs: 500 };

const openSocket = (address: string): FeedSocket => {
  const socket = new WebSocket(address);
  const feed: FeedSocket = { onopen: null, onmessage: null, onclose: null, close: () => socket.terminate() };
  socket.on('open', () => feed.onopen?.());
  socket.on('message', (data) => feed.onmessage?.({ data: String(data) }));
  socket.on('close', (code) => feed.onclose?.({ code }));
  socket.on('error', () => undefined);
  return feed;
};

export const openViewer = (name: string, port: number): Viewer => {
  let board = emptyBoard;
  let faults: string[] = [];
  let opened = 0;

  /** The first message is the whole board; from then on there are only changes, each later than what was known. */
  const judge = (message: FeedMessage): void => {
    if (message.kind !== 'change') {
      if (board.offset !== null) faults.push(`${name}: a ${message.kind} in place of going on after ${board.offset}`);
      return;
    }
    const before = board.offset === null ? undefined : parseBoardOffset(board.offset);
    const after = parseBoardOffset(message.offset);
    const wentBack = after?.partitions.some(
      (offset, at) => compareOffsets(offset, before?.partitions[at] ?? '0-0') < 0,
    );
    if (wentBack) faults.push(`${name}: went back from ${board.offset} to ${message.offset}`);
    if (message.session === null) faults.push(`${name}: lost ${message.sessionId}`);
  };

  const feed = connectFeed({
    address: (after) => {
      opened += 1;
      return `ws://127.0.0.1:${port}/api/feed${after === null ? '' : `?after=${after}`}`;
    },
    onMessage: (message) => {
      judge(message);
      board = reduceBoard(board, message);
    },
    onState: () => undefined,
    openSocket,
    timing: TIMING,
  });
  return {
    name,
    board: () => board,
    get returns() {
      return opened - 1;
    },
    takeFaults: () => {
      const taken = faults;
      faults = [];
      return taken;
    },
    close: feed.close,
  };
};
