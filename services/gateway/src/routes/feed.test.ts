import { once } from 'node:events';
import { aSummary } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { boardSchema, card, metric, openFeed, openLog, project, startGateway } from '../../test/harness.ts';

const kinds = (feed: ReturnType<typeof openFeed>) => feed.messages.map(({ kind }) => kind);
const lastOffset = (feed: ReturnType<typeof openFeed>): string => {
  const offset = feed.board().offset;
  if (offset === null) throw new Error('no offset yet');
  return offset;
};

test('gives a newcomer a snapshot, then each change', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await feed.until(({ messages }) => messages.length === 1);
  expect(feed.messages[0]).toMatchObject({ kind: 'snapshot', sessions: [{ sessionId: 'a', summary: null }] });

  await project(log, [card('b', { status: 'idle' })]);
  await feed.until(({ messages }) => messages.length === 2);
  expect(feed.messages[1]).toMatchObject({ kind: 'change', sessionId: 'b', session: { status: 'idle' } });

  await project(log, [], ['a']);
  await feed.until(({ messages }) => messages.length === 3);
  expect(feed.messages[2]).toMatchObject({ kind: 'change', sessionId: 'a', session: null });
  expect([...feed.board().sessions.keys()]).toEqual(['b']);
});

test('tells summaries and pull requests as changes of their session', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await log.appendChanges([aSummary('a', 'Fixes the reader')]);
  await feed.until((it) => it.board().sessions.get('a')?.summary === 'Fixes the reader');
  await project(log, [card('a', { status: 'idle' })]);
  await feed.until((it) => it.board().sessions.get('a')?.status === 'idle');
  expect(feed.board().sessions.get('a')?.summary).toBe('Fixes the reader');
});

test('sends who comes back only what changed since, removed sessions too', async () => {
  const log = await openLog();
  await project(log, [card('a'), card('b'), card('c'), card('d')]);
  const gateway = await startGateway(log);
  const before = openFeed(gateway.feedUrl());
  await before.until((it) => it.board().sessions.size === 4);
  const after = lastOffset(before);
  before.socket.close();

  await project(log, [card('b', { status: 'idle' })]);
  await project(log, [card('b', { status: 'waiting_for_input' })], ['c']);
  const witness = openFeed(gateway.feedUrl());
  await witness.until((it) => it.board().sessions.size === 3);
  await witness.until((it) => it.board().sessions.get('b')?.status === 'waiting_for_input');

  const again = openFeed(gateway.feedUrl(after));
  await again.until(({ messages }) => messages.length === 2);
  expect(kinds(again)).toEqual(['change', 'change']);
  expect(again.board().sessions.get('b')?.status).toBe('waiting_for_input');
  expect(again.messages).toContainEqual(expect.objectContaining({ sessionId: 'c', session: null }));
});

test('sends nothing but what comes to who comes back up to date', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const first = openFeed(gateway.feedUrl());
  await first.until((it) => it.board().sessions.size === 1);
  const again = openFeed(gateway.feedUrl(lastOffset(first)));
  await once(again.socket, 'open');
  await project(log, [card('z')]);
  await again.until(({ messages }) => messages.length === 1);
  expect(again.messages[0]).toMatchObject({ kind: 'change', sessionId: 'z' });
});

test('resumes after an offset that was given before the gateway started anew', async () => {
  const log = await openLog();
  await project(log, [card('a'), card('b'), card('c')]);
  await log.appendChanges([aSummary('a', 'Reads tails')]);
  const first = await startGateway(log);
  const before = openFeed(first.feedUrl());
  await before.until((it) => it.board().sessions.get('a')?.summary === 'Reads tails');
  const after = lastOffset(before);
  await first.close();

  await project(log, [card('b', { status: 'idle' })], ['c']);
  const second = await startGateway(log);
  const again = openFeed(second.feedUrl(after));
  await again.until(({ messages }) => messages.length === 2);
  expect(kinds(again)).toEqual(['change', 'change']);
  expect(again.messages).toContainEqual(expect.objectContaining({ sessionId: 'c', session: null }));
  expect(again.board().sessions.get('b')?.status).toBe('idle');

  const board = boardSchema.parse(await (await fetch(`${second.url}/api/board`)).json());
  expect(board.sessions).toContainEqual(expect.objectContaining({ sessionId: 'a', summary: 'Reads tails' }));
});

test.each([
  ['that is no offset', () => 'nonsense'],
  ['of another epoch', (offset: string) => offset.replace(/^[^.]+/, 'other')],
  ['of another number of partitions', (offset: string) => `${offset}.0-0`],
  ['that is ahead of this board', (offset: string) => offset.replace(/\d+-\d+$/, '9999999999999-0')],
])('resets who comes with an offset %s, and gives a snapshot', async (_what, change) => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const first = openFeed(gateway.feedUrl());
  await first.until((it) => it.board().sessions.size === 1);
  const feed = openFeed(gateway.feedUrl(change(lastOffset(first))));
  await feed.until(({ messages }) => messages.length === 2);
  expect(kinds(feed)).toEqual(['reset', 'snapshot']);
  expect(feed.board().sessions.size).toBe(1);
});

test('resets who comes from before the oldest change that is left', async () => {
  const log = await openLog(1);
  await project(log, [card('a')]);
  const first = await startGateway(log);
  const before = openFeed(first.feedUrl());
  await before.until((it) => it.board().sessions.size === 1);
  const after = lastOffset(before);
  await first.close();
  await project(log, [card('b')], ['a']);
  await project(log, [card('c')]);
  await log.trim({ maxEntries: 1 });
  expect(await log.changesHorizon(0)).not.toBe('0-0');

  const second = await startGateway(log);
  const feed = openFeed(second.feedUrl(after));
  await feed.until((it) => it.board().sessions.size === 2);
  expect(kinds(feed)).toEqual(['reset', 'snapshot']);
});

test('gives every feed a reset and the new board when the board begins a new epoch', async () => {
  const log = await openLog();
  await project(log, [card('a'), card('b')]);
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await feed.until((it) => it.board().sessions.size === 2);
  await log.resetBoard();
  await project(log, [card('a', { status: 'idle' })]);
  await feed.until((it) => kinds(it).includes('reset') && it.board().sessions.get('a')?.status === 'idle');
  expect(feed.board().sessions.size).toBe(1);
  await project(log, [card('c')]);
  await feed.until((it) => it.board().sessions.has('c'));
});

test('skips states for a socket that does not read, keeps its buffer small, and brings it to the newest', async () => {
  const log = await openLog(1);
  const long = 'x'.repeat(500);
  const sessions = Array.from({ length: 40 }, (_, index) => `session-${index}`);
  await project(
    log,
    sessions.map((id) => card(id)),
  );
  const gateway = await startGateway(log, { feedLimits: { highWaterBytes: 64 * 1024 } });
  const slow = openFeed(gateway.feedUrl());
  const witness = openFeed(gateway.feedUrl());
  await slow.until((it) => it.board().sessions.size === 40);
  slow.socket.pause();

  const rounds = 200;
  for (let round = 1; round <= rounds; round++) {
    await project(
      log,
      sessions.map((id) => card(id, { prompts: round, goal: long, now: long, title: long })),
    );
  }
  await witness.until((it) => sessions.every((id) => it.board().sessions.get(id)?.prompts === rounds));
  const conflated = await metric(gateway.registry, 'crewboard_gateway_feed_conflated_total');
  expect(conflated).toBeGreaterThan(1000);

  slow.socket.resume();
  await slow.until((it) => sessions.every((id) => it.board().sessions.get(id)?.prompts === rounds));
  expect(slow.messages.length).toBeLessThan(sessions.length * rounds);
  expect(slow.board()).toEqual(witness.board());
});

test('lets go of a client that answers no ping', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log, { feedLimits: { pingMs: 30 } });
  const socket = new WebSocket(gateway.feedUrl(), { autoPong: false });
  await once(socket, 'open');
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
});

test('keeps a client that answers pings', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log, { feedLimits: { pingMs: 30 } });
  const feed = openFeed(gateway.feedUrl());
  for (let pings = 0; pings < 4; pings++) await once(feed.socket, 'ping');
  expect(feed.socket.readyState).toBe(WebSocket.OPEN);
});

test('turns away who comes beyond the limit with 1013', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log, { feedLimits: { maxSockets: 1 } });
  const first = openFeed(gateway.feedUrl());
  await first.until(({ messages }) => messages.length === 1);
  expect(await openFeed(gateway.feedUrl()).closed).toBe(1013);
  expect(first.socket.readyState).toBe(WebSocket.OPEN);
});

test('ends a client that sends large messages, and drops what small ones say', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await feed.until(({ messages }) => messages.length === 1);
  feed.socket.send('hello');
  await project(log, [card('a')]);
  await feed.until((it) => it.board().sessions.has('a'));
  feed.socket.send('x'.repeat(100_000));
  expect(await feed.closed).toBe(1009);
});

test('says a snapshot of many frames as one message', async () => {
  const log = await openLog(1);
  const sessions = Array.from({ length: 300 }, (_, index) => card(`session-${index}`, { goal: 'Grüße 🎉'.repeat(20) }));
  await project(log, sessions);
  const gateway = await startGateway(log, { feedLimits: { chunkBytes: 1000, highWaterBytes: 10_000 } });
  const feed = openFeed(gateway.feedUrl());
  await feed.until((it) => it.board().sessions.size === 300);
  expect(feed.messages).toHaveLength(1);
  expect(feed.board().sessions.get('session-7')?.goal).toBe('Grüße 🎉'.repeat(20));
});
