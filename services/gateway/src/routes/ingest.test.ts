import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { EVENT_VERSION, ingestAnswerSchema, type SessionEvent } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  agentRequest,
  card,
  lines,
  memoryLogger,
  metric,
  openLog,
  project,
  reasonOf,
  startGateway,
  storedEvents,
  type TestGateway,
} from '../../test/harness.ts';

interface Send {
  headers?: Record<string, string>;
}

const send = (
  { url, token }: Pick<TestGateway, 'url' | 'token'>,
  body: string | Uint8Array<ArrayBuffer>,
  { headers = {} }: Send = {},
) => agentRequest(url, 'POST', '/api/ingest', token, body, headers);

const storedPositions = async (log: EventLog): Promise<number[]> =>
  (await storedEvents(log)).map(({ position }) => position);

test('answers when the events are in the log, in order', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const events: SessionEvent[] = [anEvent('PromptSubmitted'), anEvent('ToolRequested'), anEvent('TurnEnded')];
  const response = await send(gateway, lines(events));
  expect(response.status).toBe(200);
  const last = events[2];
  expect(await response.json()).toEqual({
    accepted: 3,
    rejected: [],
    lastAccepted: { stream: last?.stream, position: last?.position },
  });
  expect(await storedPositions(log)).toEqual(events.map(({ position }) => position));
  expect(await metric(gateway.registry, 'crewboard_gateway_ingest_events_total')).toBe(3);
});

test('takes gzip, and a last line without a line feed', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const body = gzipSync(lines([anEvent('PromptSubmitted'), anEvent('TurnEnded')]).trimEnd());
  const response = await send(gateway, body, { headers: { 'content-encoding': 'gzip' } });
  expect(await response.json()).toMatchObject({ accepted: 2, rejected: [] });
});

test('sets bad lines aside with the reason and takes the rest', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const good = [anEvent('PromptSubmitted'), anEvent('TurnEnded')];
  const body = `${JSON.stringify(good[0])}\nnot json\n\n{"schemaVersion":99}\n${JSON.stringify(good[1])}\n`;
  const response = await send(gateway, body);
  expect(response.status).toBe(200);
  const answer = ingestAnswerSchema.parse(await response.json());
  expect(answer.accepted).toBe(2);
  expect(answer.rejected.map(({ line }) => line)).toEqual([2, 4]);
  expect(await storedPositions(log)).toEqual(good.map(({ position }) => position));
  const letters = await log.deadLetters(10);
  expect(letters).toHaveLength(2);
  expect(letters).toContainEqual(expect.objectContaining({ from: 'ingest', reason: 'not JSON', raw: 'not json' }));
});

test('stops a gzip bomb at the limit', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const gzip = createGzip();
  for (let megabytes = 0; megabytes < 400; megabytes++) gzip.write(`${' '.repeat(1023)}\n`.repeat(1024));
  gzip.end();
  const bomb = Buffer.concat(await gzip.toArray());
  expect(bomb.length).toBeLessThan(2_000_000);
  const before = process.memoryUsage().rss;
  const response = await send(gateway, bomb, { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test('refuses a body that is too large, and keeps nothing of it', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const line = lines([anEvent('TurnEnded')]);
  const response = await send(gateway, line.repeat(Math.ceil((8 * 1024 * 1024) / line.length) + 10));
  expect(response.status).toBe(413);
  expect(await reasonOf(response)).toContain('8388608');
  expect(await storedPositions(log)).toEqual([]);
});

test('refuses a compressed body that is too large, although it would unpack to nothing', async () => {
  const gateway = await startGateway(await openLog());
  const empty = gzipSync('');
  const body = Buffer.concat(Array.from({ length: Math.ceil((9 * 1024 * 1024) / empty.length) }, () => empty));
  const response = await send(gateway, body, { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(413);
});

test('refuses a line that is too long and names it', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const body = `${lines([anEvent('TurnEnded')])}${'x'.repeat(70_000)}\n`;
  const response = await send(gateway, body);
  expect(response.status).toBe(413);
  expect(await reasonOf(response)).toMatch(/^Line 2 /);
  expect(await storedPositions(log)).toEqual([]);
});

test.each([
  ['no gzip at all', () => Buffer.from('nothing of the kind')],
  ['gzip that is cut off', () => gzipSync(lines([anEvent('TurnEnded')])).subarray(0, -12)],
  ['gzip that is damaged', () => Buffer.concat([gzipSync('x').subarray(0, 12), randomBytes(200)])],
])('answers 400 to %s', async (_what, body) => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const response = await send(gateway, body(), { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(400);
  expect(await storedPositions(log)).toEqual([]);
});

test('answers 415 to another encoding', async () => {
  const gateway = await startGateway(await openLog());
  const response = await send(gateway, 'x', { headers: { 'content-encoding': 'br' } });
  expect(response.status).toBe(415);
});

test('answers 503 with Retry-After while the log is away, and tells nothing of the inside', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  await log.close();
  const response = await send(gateway, lines([anEvent('TurnEnded')]));
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.text()).not.toMatch(/tmp|closed|lmdb/i);
});

test('keeps nothing of a batch whose connection breaks off', async () => {
  const log = await openLog();
  const { logger, lines: logged } = memoryLogger();
  const gateway = await startGateway(log, { logger });
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${gateway.token}\r\nContent-Length: 9000\r\n\r\n`;
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(`${head}${lines([anEvent('TurnEnded')])}`, resolve));
  socket.destroy();
  await vi.waitFor(() => expect(logged.join('')).toContain('The body was cut off.'));
  expect(await storedPositions(log)).toEqual([]);
});

test('takes an empty batch', async () => {
  const gateway = await startGateway(await openLog());
  expect(await (await send(gateway, '')).json()).toEqual({
    accepted: 0,
    rejected: [],
    lastAccepted: null,
  });
});

test('takes a batch of thousands of events that comes in pieces', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const events = Array.from({ length: 5000 }, () => anEvent('ToolRequested', { data: { input: 'Grüße '.repeat(20) } }));
  const text = Buffer.from(lines(events));
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= text.length) return controller.close();
      controller.enqueue(text.subarray(at, at + 9973));
      at += 9973;
    },
  });
  const response = await fetch(`${gateway.url}/api/ingest`, {
    method: 'POST',
    body,
    headers: { authorization: `bearer ${gateway.token}`, 'content-type': 'application/x-ndjson' },
    duplex: 'half',
  });
  expect(z.object({ accepted: z.number() }).parse(await response.json()).accepted).toBe(5000);
  expect(await storedPositions(log)).toEqual(events.map(({ position }) => position));
});

test('takes machine and owner from the token, whatever the events say', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const events = [
    anEvent('SessionLocated', { machine: 'the boss’s', data: { owner: 'Boss' } }),
    anEvent('PromptSubmitted', { machine: 'the boss’s' }),
  ];
  expect((await send(gateway, lines(events))).status).toBe(200);
  expect(await storedEvents(log)).toMatchObject([{ machine: 'devbox', data: { owner: 'Dev' } }, { machine: 'devbox' }]);
});

test('takes no time from the future, and leaves the past as it was told', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const now = Date.now();
  const tomorrow = now + 86_400_000;
  const events = [
    anEvent('PromptSubmitted', { occurredAt: T0 }),
    anEvent('PromptSubmitted', { occurredAt: tomorrow }),
    anEvent('RequestRetried', { occurredAt: tomorrow, data: { retryAt: tomorrow + 5000 } }),
    anEvent('RequestRetried', { occurredAt: now, data: { retryAt: 8.64e15 } }),
    anEvent('RequestRetried', { occurredAt: now, data: { retryAt: now + 60_000 } }),
  ];
  expect(await (await send(gateway, lines(events))).json()).toMatchObject({ accepted: events.length });
  const [past, future, shifted, endless, usual] = await storedEvents(log);
  expect(past).toMatchObject({ occurredAt: T0 });
  const latest = Date.now() + 2000;
  expect(future?.occurredAt).toBeLessThanOrEqual(latest);
  expect(shifted?.type === 'RequestRetried' && shifted.data.retryAt - shifted.occurredAt).toBe(5000);
  expect(endless?.type === 'RequestRetried' && endless.data.retryAt).toBeLessThanOrEqual(latest + 3_600_000);
  expect(usual).toMatchObject({ occurredAt: now, data: { retryAt: now + 60_000 } });
});

test('a session belongs to the machine that wrote it first; another is told so, and the rest of its batch is taken', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
  expect((await send(gateway, lines([anEvent('PromptSubmitted', { sessionId: 'a' })]))).status).toBe(200);
  const mixed = lines([
    anEvent('PromptSubmitted', { sessionId: 'b' }),
    anEvent('TurnEnded', { sessionId: 'a' }),
    anEvent('TurnEnded', { sessionId: 'b' }),
  ]);
  const answer = await send({ url: gateway.url, token: other.token }, mixed);
  expect(await answer.json()).toMatchObject({
    accepted: 2,
    rejected: [{ line: 2, reason: 'this session belongs to another machine' }],
  });
  const stored = (await storedEvents(log)).map(({ sessionId, machine, type }) => `${sessionId} ${machine} ${type}`);
  expect(stored.sort()).toEqual(['a devbox PromptSubmitted', 'b other PromptSubmitted', 'b other TurnEnded']);
  expect(await log.deadLetters(10)).toEqual([]);
  const count = await metric(gateway.registry, 'crewboard_gateway_ingest_rejected_total', { why: 'foreign' });
  expect(count).toBe(1);
});

test('a session that the board has by its own agent is nobody’s to claim but its owner’s', async () => {
  const log = await openLog();
  await project(log, [card('solo', { machine: 'board-host', owner: 'Mara' })]);
  const gateway = await startGateway(log);
  const mara = await gateway.access.issue({ machine: 'board-host-2', owner: 'Mara', by: 'test' });
  const body = lines([anEvent('PromptSubmitted', { sessionId: 'solo' })]);
  expect(ingestAnswerSchema.parse(await (await send(gateway, body)).json())).toMatchObject({
    accepted: 0,
    rejected: [{ line: 1, reason: 'this session belongs to another machine' }],
  });
  const own = await send({ url: gateway.url, token: mara.token }, body);
  expect(ingestAnswerSchema.parse(await own.json()).accepted).toBe(1);
});

test('what only the board tells is not taken from an agent, but for what it takes off the board', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const events = [
    anEvent('MachineLost'),
    anEvent('MachineReturned'),
    anEvent('SessionWithdrawn', { data: { why: 'private' } }),
    anEvent('TurnEnded', { source: 'machine', stream: 'machine' }),
    anEvent('NeedClaimed'),
    anEvent('NeedClaimed', { source: 'transcript', stream: 'transcript:session-1' }),
    anEvent('ClaimReleased', { source: 'hook', stream: 'hooks' }),
    anEvent('MachineLost', { source: 'presence', stream: 'presence:4711' }),
    anEvent('TurnEnded', { source: 'person', stream: 'board:gateway-1' }),
  ];
  const { accepted, rejected } = ingestAnswerSchema.parse(await (await send(gateway, lines(events))).json());
  expect([accepted, rejected.map(({ line }) => line)]).toEqual([1, [1, 2, 4, 5, 6, 7, 8, 9]]);
  expect((await storedEvents(log)).map(({ type }) => type)).toEqual(['SessionWithdrawn']);
});

test('events of a newer agent are told and counted, and one of each type is kept to look at', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const newer = Array.from({ length: 20 }, () => ({ ...anEvent('TurnEnded'), type: 'TurnDreamt' }));
  const body = lines([...newer, anEvent('TurnEnded'), { ...anEvent('TurnEnded'), schemaVersion: EVENT_VERSION + 1 }]);
  const answer = ingestAnswerSchema.parse(await (await send(gateway, body)).json());
  expect(answer.accepted).toBe(1);
  expect(answer.rejected).toHaveLength(21);
  for (const { reason } of answer.rejected) expect(reason).toMatch(/type .*not know.*newer agent/);
  await send(gateway, body);
  const kept = (await log.deadLetters(100)).map(({ raw }) => /"type":"(\w+)"/.exec(raw)?.[1]);
  expect(kept.sort()).toEqual(['TurnDreamt', 'TurnEnded']);
  const count = await metric(gateway.registry, 'crewboard_gateway_ingest_rejected_total', { why: 'unknown_type' });
  expect(count).toBe(42);
});

test('a flood of lines that are no event leaves a few to look at', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const answer = ingestAnswerSchema.parse(await (await send(gateway, 'nothing of the kind\n'.repeat(5000))).json());
  expect(answer.rejected).toHaveLength(5000);
  expect((await log.deadLetters(5000)).length).toBe(100);
});
