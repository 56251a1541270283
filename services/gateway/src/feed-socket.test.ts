import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { FEED_LIMITS, type FeedLimits, FeedSocket } from './feed-socket.ts';
import type { SessionChange } from './live-board.ts';
import { textFrame } from './text-frame.ts';

/** A feed on a real connection, the client's end of it, and what was counted. */
const connected = async (limits: Partial<FeedLimits> = {}, snapshot = () => Buffer.from('{"kind":"snapshot"}')) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  onTestFinished(() => client.terminate());
  const messages: string[] = [];
  client.on('message', (data) => messages.push(String(data)));
  const [socket, request] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }];
  await once(client, 'open');
  const counted = { sent: 0, conflated: 0, closedSlow: 0 };
  const feed = new FeedSocket({
    socket,
    connection: request.socket,
    limits: { ...FEED_LIMITS, ...limits },
    counters: {
      sent: () => counted.sent++,
      conflated: () => counted.conflated++,
      closedSlow: () => counted.closedSlow++,
    },
    snapshot,
  });
  return { feed, socket, client, messages, counted };
};

const change = (sessionId: string, text: string): SessionChange => ({
  sessionId,
  bytes: () => Buffer.from(text),
  frame: () => textFrame(Buffer.from(text)),
});

test('sends a first change at once, and after it only the newest of each session, in the order of their last change', async () => {
  const { feed, messages, counted } = await connected({ tickMs: 200, burst: 1 });
  feed.changed([change('a', 'a1')]);
  await vi.waitFor(() => expect(messages).toEqual(['a1']));
  feed.changed([change('a', 'a2'), change('b', 'b1')]);
  feed.changed([change('a', 'a3')]);
  expect(counted.sent).toBe(1);
  await vi.waitFor(() => expect(messages).toEqual(['a1', 'b1', 'a3']));
  expect(counted).toEqual({ sent: 3, conflated: 1, closedSlow: 0 });
});

test('sends each change at once while few come', async () => {
  const { feed, messages, counted } = await connected({ tickMs: 60_000, burst: 3 });
  for (const text of ['a1', 'a2', 'a3']) feed.changed([change('a', text)]);
  await vi.waitFor(() => expect(messages).toEqual(['a1', 'a2', 'a3']));
  feed.changed([change('a', 'a4')]);
  expect(counted.sent).toBe(3);
});

test('sends texts of every length of a frame as they are', async () => {
  const { feed, messages } = await connected({ tickMs: 1 });
  const texts = [1, 125, 126, 65_535, 65_536, 200_000].map((length) => 'ü'.padEnd(length - 1, 'x'));
  feed.changed(texts.map((text, index) => change(String(index), text)));
  await vi.waitFor(() => expect(messages).toEqual(texts));
});

test('takes the snapshot when its turn comes, in place of the changes that waited', async () => {
  let state = 'old';
  const { feed, messages } = await connected({ tickMs: 200, burst: 1 }, () => Buffer.from(state));
  feed.changed([change('a', 'a1')]);
  feed.changed([change('a', 'a2')]);
  state = 'new';
  feed.replaced();
  feed.changed([change('a', 'a3')]);
  await vi.waitFor(() => expect(messages).toEqual(['a1', '{"kind":"reset"}', 'new', 'a3']));
});

test('holds no more than the high-water mark and a message for a client that does not read, and closes it with 1013', async () => {
  const highWaterBytes = 64 * 1024;
  const text = 'x'.repeat(4000);
  const { feed, socket, client, counted } = await connected({ tickMs: 0, highWaterBytes });
  client.pause();
  let most = 0;
  await vi.waitFor(
    () => {
      feed.changed(Array.from({ length: 500 }, (_, index) => change(`session-${index}`, text)));
      most = Math.max(most, socket.bufferedAmount);
      expect(socket.bufferedAmount).toBeGreaterThanOrEqual(highWaterBytes);
      expect(counted.conflated).toBeGreaterThan(5000);
    },
    { timeout: 15_000, interval: 2 },
  );
  expect(most).toBeLessThan(highWaterBytes + 2 * text.length);

  feed.beat(Date.now() + FEED_LIMITS.stallMs - 5000);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  feed.beat(Date.now() + FEED_LIMITS.stallMs + 1);
  expect(counted.closedSlow).toBe(1);
  client.resume();
  const [code] = await once(client, 'close');
  expect(code).toBe(1013);
});

test('holds no more than the high-water mark of a snapshot that a client does not read', async () => {
  const snapshot = Buffer.alloc(32 * 1024 * 1024, 'x');
  const { feed, socket, client, messages } = await connected({}, () => snapshot);
  client.pause();
  feed.begin({ kind: 'snapshot' });
  await vi.waitFor(() => expect(socket.bufferedAmount).toBeGreaterThanOrEqual(FEED_LIMITS.highWaterBytes));
  expect(socket.bufferedAmount).toBeLessThan(FEED_LIMITS.highWaterBytes + FEED_LIMITS.chunkBytes + 100);
  feed.changed([change('a', 'a1')]);
  client.resume();
  await vi.waitFor(() => expect(messages.length).toBe(2), { timeout: 10_000 });
  expect(messages[0]?.length).toBe(snapshot.length);
  expect(messages[1]).toBe('a1');
});

test('ends a connection whose client does not answer the close', async () => {
  const { feed, client } = await connected();
  client.pause();
  await feed.close(1001, 'the board goes away');
  client.resume();
  await once(client, 'close');
});
