import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import type { SessionEvent } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { memoryLogger, metric, openLog, startGateway, TOKEN } from '../../test/harness.ts';
import { problemSchema } from '../problem.ts';
import { ingestAnswerSchema } from './ingest.ts';

const lines = (events: readonly unknown[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const storedPositions = async (log: EventLog): Promise<number[]> => {
  const positions: number[] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    for (const entry of await log.read(partition, { after: '0-0', count: 100_000 })) {
      if (entry.ok) positions.push(entry.event.position);
    }
  }
  return positions;
};

interface Send {
  token?: string | null;
  headers?: Record<string, string>;
}

const send = (url: string, body: string | Uint8Array<ArrayBuffer>, { token = TOKEN, headers = {} }: Send = {}) =>
  fetch(`${url}/api/ingest`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-ndjson',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });

const reasonOf = async (response: Response): Promise<string> => problemSchema.parse(await response.json()).message;

test('answers when the events are in the log, in order', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const events: SessionEvent[] = [anEvent('PromptSubmitted'), anEvent('ToolRequested'), anEvent('TurnEnded')];
  const response = await send(gateway.url, lines(events));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ accepted: 3, rejected: [] });
  expect(await storedPositions(log)).toEqual(events.map(({ position }) => position));
  expect(await metric(gateway.registry, 'crewboard_gateway_ingest_events_total')).toBe(3);
});

test('takes gzip, and a last line without a line feed', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const body = gzipSync(lines([anEvent('PromptSubmitted'), anEvent('TurnEnded')]).trimEnd());
  const response = await send(gateway.url, body, { headers: { 'content-encoding': 'gzip' } });
  expect(await response.json()).toEqual({ accepted: 2, rejected: [] });
});

test('sets bad lines aside with the reason and takes the rest', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log);
  const good = [anEvent('PromptSubmitted'), anEvent('TurnEnded')];
  const body = `${JSON.stringify(good[0])}\nnot json\n\n{"schemaVersion":99}\n${JSON.stringify(good[1])}\n`;
  const response = await send(gateway.url, body);
  expect(response.status).toBe(200);
  const answer = ingestAnswerSchema.parse(await response.json());
  expect(answer.accepted).toBe(2);
  expect(answer.rejected.map(({ line }) => line)).toEqual([2, 4]);
  expect(await storedPositions(log)).toEqual(good.map(({ position }) => position));
  const letters = await log.deadLetters(10);
  expect(letters).toHaveLength(2);
  expect(letters).toContainEqual(expect.objectContaining({ from: 'ingest', reason: 'not JSON', raw: 'not json' }));
});

test.each([
  ['no token', null],
  ['another token', 'another-token-entirely'],
  ['a part of the token', TOKEN.slice(0, -1)],
])('refuses a batch with %s, and keeps nothing of it', async (_what, token) => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const response = await send(gateway.url, lines([anEvent('TurnEnded')]), { token });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await storedPositions(log)).toEqual([]);
});

test('refuses everyone where no token is set, and says so', async () => {
  const gateway = await startGateway(await openLog(), { ingestToken: undefined });
  const response = await send(gateway.url, lines([anEvent('TurnEnded')]));
  expect(response.status).toBe(403);
  expect(await reasonOf(response)).toContain('CREWBOARD_INGEST_TOKEN');
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
  const response = await send(gateway.url, bomb, { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test('refuses a body that is too large, and keeps nothing of it', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const line = lines([anEvent('TurnEnded')]);
  const response = await send(gateway.url, line.repeat(Math.ceil((8 * 1024 * 1024) / line.length) + 10));
  expect(response.status).toBe(413);
  expect(await reasonOf(response)).toContain('8388608');
  expect(await storedPositions(log)).toEqual([]);
});

test('refuses a compressed body that is too large, although it would unpack to nothing', async () => {
  const gateway = await startGateway(await openLog());
  const empty = gzipSync('');
  const body = Buffer.concat(Array.from({ length: Math.ceil((9 * 1024 * 1024) / empty.length) }, () => empty));
  const response = await send(gateway.url, body, { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(413);
});

test('refuses a line that is too long and names it', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const body = `${lines([anEvent('TurnEnded')])}${'x'.repeat(70_000)}\n`;
  const response = await send(gateway.url, body);
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
  const response = await send(gateway.url, body(), { headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(400);
  expect(await storedPositions(log)).toEqual([]);
});

test('answers 415 to another encoding', async () => {
  const gateway = await startGateway(await openLog());
  const response = await send(gateway.url, 'x', { headers: { 'content-encoding': 'br' } });
  expect(response.status).toBe(415);
});

test('answers 503 with Retry-After while the log is away, and tells nothing of the inside', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  await log.close();
  const response = await send(gateway.url, lines([anEvent('TurnEnded')]));
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
  const head = `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 9000\r\n\r\n`;
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(`${head}${lines([anEvent('TurnEnded')])}`, resolve));
  socket.destroy();
  await vi.waitFor(() => expect(logged.join('')).toContain('The body was cut off.'));
  expect(await storedPositions(log)).toEqual([]);
});

test('takes an empty batch', async () => {
  const gateway = await startGateway(await openLog());
  expect(await (await send(gateway.url, '')).json()).toEqual({ accepted: 0, rejected: [] });
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
    headers: { authorization: `bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' },
    duplex: 'half',
  });
  expect(z.object({ accepted: z.number() }).parse(await response.json()).accepted).toBe(5000);
  expect(await storedPositions(log)).toEqual(events.map(({ position }) => position));
});
