// @vitest-environment node
import type { AddressInfo } from 'node:net';
import { type FeedMessage, feedMessageSchema } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { backOffMs, type ConnectionState, connectFeed, FEED_TIMING, type FeedSocket } from './connect.ts';

const TIMING = { openMs: 2_000, quietMs: 60_000, firstRetryMs: 20, longestRetryMs: 80 };

const openSocket = (address: string): FeedSocket => {
  const socket = new WebSocket(address);
  const feed: FeedSocket = { onopen: null, onmessage: null, onclose: null, close: () => socket.terminate() };
  socket.on('open', () => feed.onopen?.());
  socket.on('message', (data) => feed.onmessage?.({ data: String(data) }));
  socket.on('close', (code) => feed.onclose?.({ code }));
  socket.on('error', () => {}); // A close follows.
  return feed;
};

/** A gateway as far as a feed sees it: tells what it is given, remembers who asked for what. */
const startServer = async (port = 0) => {
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  const asked: (string | null)[] = [];
  let greeting: string[] = [];
  server.on('connection', (socket, request) => {
    asked.push(new URL(request.url ?? '', 'ws://board').searchParams.get('after'));
    for (const text of greeting) socket.send(text);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: listening } = server.address() as AddressInfo;
  return {
    asked,
    port: listening,
    greet: (...texts: string[]) => {
      greeting = texts;
    },
    tell: (text: string) => {
      for (const client of server.clients) client.send(text);
    },
    dismiss: (code: number) => {
      for (const client of server.clients) client.close(code);
    },
    clients: () => server.clients.size,
    stop: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const snapshot = (offset: string) => JSON.stringify({ kind: 'snapshot', offset, sessions: [aSession()] });
const change = (offset: string) =>
  JSON.stringify({ kind: 'change', offset, sessionId: 'session-1', session: aSession({ title: offset }) });

let server: Awaited<ReturnType<typeof startServer>>;
let stopFeed: (() => void) | undefined;

const follow = (timing = TIMING) => {
  const messages: FeedMessage[] = [];
  const states: ConnectionState[] = [];
  let signedOut = 0;
  const feed = connectFeed({
    address: (after) => `ws://127.0.0.1:${server.port}/api/feed${after ? `?after=${after}` : ''}`,
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    onSignedOut: () => signedOut++,
    openSocket,
    timing,
  });
  stopFeed = feed.close;
  return { feed, messages, states, signedOut: () => signedOut, kinds: () => states.map(({ kind }) => kind) };
};

beforeEach(async () => {
  server = await startServer();
});

afterEach(async () => {
  stopFeed?.();
  await server.stop();
});

test('goes from connecting to live and hands on every message in order', async () => {
  server.greet(snapshot('e.1-0'), change('e.1-1'));
  const { messages, kinds } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(2));
  expect(messages).toEqual(
    [snapshot('e.1-0'), change('e.1-1')].map((text) => feedMessageSchema.parse(JSON.parse(text))),
  );
  expect(kinds()).toEqual(['connecting', 'live']);
  expect(server.asked).toEqual([null]);
});

test('says since when it is lost and when it tries again, and goes on after the last offset', async () => {
  server.greet(snapshot('e.1-5'));
  const { messages, states } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  const { port } = server;
  await server.stop();
  await vi.waitFor(() => expect(states.filter(({ kind }) => kind === 'offline').length).toBeGreaterThan(3));
  const losses = states.filter((state) => state.kind === 'offline');
  expect(new Set(losses.map(({ since }) => since)).size).toBe(1);
  expect(losses[0]?.nextTryAt).toBeGreaterThanOrEqual(losses[0]?.since ?? Number.POSITIVE_INFINITY);
  expect(losses.some(({ nextTryAt }) => nextTryAt === null)).toBe(true);

  server = await startServer(port);
  await vi.waitFor(() => expect(states.at(-1)?.kind).toBe('live'));
  expect(server.asked).toEqual(['e.1-5']);
});

test('begins anew from a snapshot after a message that it can not read', async () => {
  server.greet(snapshot('e.1-5'));
  const { messages, states } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  server.tell('{"kind":"change","offset":"e.1-6","sessionId":"session-1","session":{"status":"dancing"}}');
  await vi.waitFor(() => expect(messages).toHaveLength(2));
  expect(states).toContainEqual(expect.objectContaining({ kind: 'offline', reason: 'unreadable' }));
  expect(server.asked).toEqual([null, null]);
});

test('asks for a snapshot after a reset', async () => {
  server.greet(snapshot('e.1-5'));
  const { feed, messages } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  server.tell('{"kind":"reset"}');
  await vi.waitFor(() => expect(messages).toHaveLength(2));
  server.greet();
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] });
  feed.check();
  vi.useRealTimers();
  await vi.waitFor(() => expect(server.asked).toEqual([null, null]));
});

test('opens a quiet feed anew without being offline for a moment', async () => {
  server.greet(snapshot('e.1-5'));
  const { messages, kinds } = follow({ ...TIMING, quietMs: 80 });
  await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(1));
  await vi.waitFor(() => expect(server.clients()).toBe(1));
  expect(server.asked.slice(0, 2)).toEqual([null, 'e.1-5']);
  expect(messages.length).toBeGreaterThan(0);
  expect(kinds()).toEqual(['connecting', 'live']);
});

test('tries at once when it is told to check while it waits', async () => {
  const { port } = server;
  await server.stop();
  const slow = { ...TIMING, firstRetryMs: 600_000, longestRetryMs: 600_000 };
  server = { ...server, stop: async () => {} };
  const { feed, states } = follow(slow);
  await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ kind: 'offline', nextTryAt: expect.any(Number) }));
  server = await startServer(port);
  feed.check();
  await vi.waitFor(() => expect(states.at(-1)?.kind).toBe('live'));
});

test('gives up a connection that never opens and tries again', async () => {
  const opened: FeedSocket[] = [];
  const states: ConnectionState[] = [];
  const feed = connectFeed({
    address: () => 'ws://nowhere',
    onMessage: () => {},
    onState: (state) => states.push(state),
    openSocket: () => {
      const socket: FeedSocket = { onopen: null, onmessage: null, onclose: null, close: () => {} };
      opened.push(socket);
      return socket;
    },
    timing: { ...TIMING, openMs: 20 },
  });
  stopFeed = feed.close;
  await vi.waitFor(() => expect(opened.length).toBeGreaterThan(1));
  expect(states.map(({ kind }) => kind)).toContain('offline');
});

test('gives up, and says so, when its person is not signed in any more', async () => {
  server.greet(snapshot('e.1-5'));
  const { feed, messages, kinds, signedOut } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  server.dismiss(4401);
  await vi.waitFor(() => expect(signedOut()).toBe(1));
  feed.check();
  await new Promise((resolve) => setTimeout(resolve, 4 * TIMING.longestRetryMs));
  expect(server.asked).toEqual([null]);
  expect(kinds()).toEqual(['connecting', 'live']);
});

test('says nothing any more once it is closed', async () => {
  server.greet(snapshot('e.1-5'));
  const { feed, messages, states } = follow();
  await vi.waitFor(() => expect(messages).toHaveLength(1));
  feed.close();
  await vi.waitFor(() => expect(server.clients()).toBe(0));
  expect(states.at(-1)?.kind).toBe('live');
});

describe('the wait before a new try', () => {
  test('doubles up to the longest', () => {
    const whole = [0, 1, 2, 3, 4, 20].map((failures) => backOffMs(failures, FEED_TIMING, () => 1));
    expect(whole).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  test('is half chance', () => {
    expect(backOffMs(0, FEED_TIMING, () => 0)).toBe(500);
  });
});
