import { type Board, emptyBoard, type FeedMessage, feedMessageSchema, reduceBoard } from '@crewboard/contract';
import { WebSocket } from 'ws';

/** The board as a client of the feed sees it, with all that was said. */
export interface FeedClient {
  board(): Board;
  messages: FeedMessage[];
  close(): void;
}

/** Resolves once the feed is open. A message that breaks the contract closes it and throws. */
export const openFeed = async (boardUrl: string, cookie: string): Promise<FeedClient> => {
  const socket = new WebSocket(`${boardUrl.replace('http', 'ws')}/api/feed`, {
    headers: { cookie, origin: boardUrl },
  });
  const messages: FeedMessage[] = [];
  let board = emptyBoard;
  socket.on('message', (data) => {
    const message = feedMessageSchema.parse(JSON.parse(String(data)));
    messages.push(message);
    board = reduceBoard(board, message);
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { board: () => board, messages, close: () => socket.terminate() };
};
