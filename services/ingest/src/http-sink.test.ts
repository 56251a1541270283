import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import { createLogger } from '@crewboard/runtime';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { httpSink } from './http-sink.ts';

interface Request {
  line: string;
  headers: IncomingHttpHeaders;
  body: string;
  port: number | undefined;
}
type Answer = { status: number; headers?: Record<string, string>; body?: string };

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A real server that answers one request after the other as told, the last answer for all that follow. */
const serve = async (...answers: Answer[]) => {
  const requests: Request[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      requests.push({
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body,
        port: request.socket.remotePort,
      });
      const { status, headers, body: said } = answers[Math.min(requests.length, answers.length) - 1] ?? { status: 500 };
      response
        .writeHead(status, headers)
        .end(said ?? JSON.stringify({ accepted: body.split('\n').length, rejected: [] }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const logger = createLogger({ name: 'test', level: 'silent' });
  const errors = vi.spyOn(logger, 'error');
  const sink = httpSink({ url: `http://127.0.0.1:${port}`, token: 'token-1', logger });
  return { sink, requests, said: () => errors.mock.calls.map((call) => String(call[1])) };
};

const signal = new AbortController().signal;
const event = anEvent('PromptSubmitted');

describe('the http sink', () => {
  it('posts a line for each event, with the token', async () => {
    const { sink, requests } = await serve({ status: 200 });
    await sink.send([event], signal);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': 'application/x-ndjson',
    });
    expect(requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(event);
  });

  it('compresses what is large, over one connection', async () => {
    const { sink, requests } = await serve({ status: 200 });
    const events = Array.from({ length: 50 }, () => anEvent('AssistantReplied'));
    await sink.send(events, signal);
    await sink.send(events, signal);
    expect(requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(requests[1]?.body.split('\n').map((line) => JSON.parse(line))).toEqual(events);
    expect(new Set(requests.map(({ port }) => port)).size).toBe(1);
  });

  it('tries again after a fault, as late as it is asked to', async () => {
    const { sink, requests } = await serve(
      { status: 503 },
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 200 },
    );
    const before = performance.now();
    await sink.send([event], signal);
    expect(requests).toHaveLength(3);
    expect(performance.now() - before).toBeGreaterThan(1_000);
  });

  it('says what to do where the token is refused, and goes on when it is not any more', async () => {
    const { sink, said, requests } = await serve({ status: 401 });
    const stopping = new AbortController();
    const sending = sink.send([event], stopping.signal);
    await vi.waitFor(() => expect(said().join()).toContain('CREWBOARD_INGEST_TOKEN'));
    expect(requests).toHaveLength(1);
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('tells of lines that the board turned down, and lets the rest go on', async () => {
    const body = JSON.stringify({ accepted: 1, rejected: [{ line: 2, reason: 'not an event' }] });
    const { sink, said } = await serve({ status: 200, body });
    await sink.send([event, anEvent('TurnEnded')], signal);
    expect(said().join()).toContain('turned events down');
  });

  it('halves a batch that is too large', async () => {
    const { sink, requests } = await serve({ status: 413 }, { status: 200 });
    await sink.send([event, anEvent('TurnEnded')], signal);
    expect(requests.map(({ body }) => body.split('\n').length)).toEqual([2, 1, 1]);
  });

  it('waits for a board that is not there', async () => {
    const logger = createLogger({ name: 'test', level: 'silent' });
    const sink = httpSink({ url: 'http://127.0.0.1:9', token: 't', logger });
    const stopping = new AbortController();
    const errors = vi.spyOn(logger, 'error');
    const sending = sink.send([event], stopping.signal);
    await vi.waitFor(() => expect(String(errors.mock.calls[0]?.[1])).toContain('cannot be reached'));
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('hands over the machine’s report, and answers with the board’s clock', async () => {
    const { sink, requests } = await serve({ status: 200, body: '{"now":1700000000000}' });
    const report = aMachineReport({ machine: 'dev box/1' });
    expect(await sink.report(report, signal)).toEqual({ now: 1_700_000_000_000 });
    expect(requests[0]).toMatchObject({
      line: 'PUT /api/machines/dev%20box%2F1',
      headers: { authorization: 'Bearer token-1' },
    });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(report);
  });

  it.each([
    { status: 401, body: 'no' },
    { status: 200, body: 'a page' },
    { status: 200, body: '{}' },
  ])('tries a report once: %j', async (answer) => {
    const { sink, requests } = await serve(answer);
    await expect(sink.report(aMachineReport(), signal)).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });
});
