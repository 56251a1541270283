import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import { createLogger } from '@crewboard/runtime';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type StubAnswer, startStubBoard, TOKEN } from '../../test/stub-board.ts';
import type { SetAside } from '../sink.ts';
import { boardClient } from './client.ts';
import { connectBoard } from './connection.ts';
import { type HttpSinkOptions, httpSink } from './http-sink.ts';

const signal = new AbortController().signal;
const event = anEvent('PromptSubmitted');
const later = anEvent('TurnEnded');
const nothing: SetAside = () => expect.unreachable();

/** A sink on the way to a board, and what it said to people. */
const sinkFor = (url: string, { token = TOKEN, ...options }: Partial<HttpSinkOptions> & { token?: string } = {}) => {
  const connection = connectBoard(url);
  onTestFinished(() => connection.close());
  const logger = createLogger({ name: 'test', level: 'silent' });
  const logs = [vi.spyOn(logger, 'error'), vi.spyOn(logger, 'warn'), vi.spyOn(logger, 'info')];
  const sink = httpSink({ board: boardClient(connection, token), logger, ...options });
  return { sink, said: () => logs.flatMap(({ mock }) => mock.calls.map((call) => String(call[1]))) };
};

/** A board that answers batches one after the other as told, then as a board does. */
const answering = async (...answers: StubAnswer[]) => {
  const board = await startStubBoard({
    answer: ({ line }) => (line === 'POST /api/ingest' ? answers.shift() : undefined),
  });
  return { board, ...sinkFor(board.url) };
};

describe('the http sink', () => {
  it('greets the board, then posts a line for each event, with the token', async () => {
    const { board, sink, said } = await answering();
    await sink.send([event], signal, nothing);
    await sink.send([later], signal, nothing);
    expect(board.lines()).toEqual(['GET /api/agent', 'POST /api/ingest', 'POST /api/ingest']);
    expect(board.requests[1]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/x-ndjson',
    });
    expect(board.requests[1]?.headers['content-encoding']).toBeUndefined();
    expect(board.batches()).toEqual([[event], [later]]);
    expect(said()).toEqual(['the board answers']);
  });

  it('compresses what is large, over one connection', async () => {
    const { board, sink } = await answering();
    const events = Array.from({ length: 50 }, () => anEvent('AssistantReplied'));
    await sink.send(events, signal, nothing);
    await sink.send(events, signal, nothing);
    expect(board.requests.at(-1)?.headers['content-encoding']).toBe('gzip');
    expect(board.batches()).toEqual([events, events]);
    expect(new Set(board.requests.map(({ port }) => port)).size).toBe(1);
  });

  it('tries again after a fault, as late as it is asked to, and greets again where the board was away', async () => {
    const { board, sink } = await answering({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } });
    const before = performance.now();
    await sink.send([event], signal, nothing);
    expect(performance.now() - before).toBeGreaterThan(1_000);
    expect(board.lines()).toEqual([
      'GET /api/agent',
      'POST /api/ingest',
      'GET /api/agent',
      'POST /api/ingest',
      'POST /api/ingest',
    ]);
  });

  it('sends nothing to a board that refuses its token, says so once, and does not knock again soon', async () => {
    const board = await startStubBoard();
    const { sink, said } = sinkFor(board.url, { token: 'cbm_other.token' });
    const stopping = new AbortController();
    const sending = sink.send([event], stopping.signal, nothing);
    sending.catch(() => undefined);
    await vi.waitFor(() => expect(said().join()).toContain('join again: crewboard agent --join'));
    for (let report = 0; report < 3; report++) {
      await expect(sink.report(aMachineReport(), signal)).rejects.toThrow('revoked');
    }
    expect(said()).toHaveLength(1);
    expect(sink.standing().trouble).toContain('revoked');
    expect(board.lines()).toEqual(['GET /api/agent']);
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('stops sending at once where its token is revoked meanwhile', async () => {
    let isRevoked = false;
    const board = await startStubBoard({
      answer: () => (isRevoked ? { status: 401, body: '{"message":"revoked"}' } : undefined),
    });
    const { sink, said } = sinkFor(board.url);
    await sink.send([event], signal, nothing);
    isRevoked = true;
    await expect(sink.report(aMachineReport(), signal)).rejects.toThrow('revoked');
    const stopping = new AbortController();
    const sending = sink.send([later], stopping.signal, nothing);
    sending.catch(() => undefined);
    await vi.waitFor(() => expect(board.lines().at(-1)).toBe('GET /api/agent'));
    expect(board.batches()).toEqual([[event]]);
    expect(said().filter((text) => text.includes('revoked'))).toHaveLength(1);
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('tells each reason for which the board turns lines down once, and lets the rest go on', async () => {
    const body = JSON.stringify({ accepted: 1, rejected: [{ line: 2, reason: 'not an event' }], lastAccepted: null });
    const { sink, said } = await answering({ status: 200, body }, { status: 200, body });
    await sink.send([event, later], signal, nothing);
    await sink.send([event, later], signal, nothing);
    expect(said().filter((text) => text.includes('turned events down'))).toHaveLength(1);
  });

  it('takes a page that says 200 for no acceptance', async () => {
    const { board, sink, said } = await answering({ status: 200, body: '<html>Sign in</html>' });
    const stopping = new AbortController();
    const sending = sink.send([event], stopping.signal, nothing);
    await vi.waitFor(() => expect(said().join()).toContain('is no board'));
    expect(board.batches()).toHaveLength(1);
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('halves a batch that is too large, and sets aside the one event that still is', async () => {
    const board = await startStubBoard({
      answer: ({ line, body }) =>
        line === 'POST /api/ingest' && (body.includes('\n') || body.includes('huge')) ? { status: 413 } : undefined,
    });
    const huge = anEvent('PromptSubmitted', { data: { text: 'huge' } });
    const { sink } = sinkFor(board.url);
    const setAside: unknown[] = [];
    await sink.send([event, huge, later], signal, (...noted) => setAside.push(noted));
    expect(board.batches()).toEqual([[event, huge, later], [event, huge], [event], [huge], [later]]);
    expect(setAside).toEqual([[huge, JSON.stringify(huge).length, expect.stringContaining('larger than')]]);
  });

  it('waits for a board that is not there', async () => {
    const { sink, said } = sinkFor('http://127.0.0.1:9');
    const stopping = new AbortController();
    const sending = sink.send([event], stopping.signal, nothing);
    await vi.waitFor(() => expect(said().join()).toContain('cannot be reached (ECONNREFUSED)'));
    stopping.abort();
    await expect(sending).rejects.toThrow();
  });

  it('says what to do about a sign-in that stands in front of the board', async () => {
    const board = await startStubBoard({
      answer: () => ({ status: 302, headers: { location: 'https://sign-in.example.com/?secret=1' } }),
    });
    const { sink } = sinkFor(board.url);
    const refusal = await sink.report(aMachineReport(), signal).catch((error: Error) => error.message);
    expect(refusal).toMatch(/redirect to https:\/\/sign-in\.example\.com\. A sign-in in front/);
  });

  it('hands over the machine’s report, and learns how far the clock is off', async () => {
    const board = await startStubBoard({ now: () => Date.now() + 90_000 });
    const { sink } = sinkFor(board.url);
    const report = aMachineReport({ machine: 'dev box/1' });
    expect(sink.standing()).toEqual({ clockSkewMs: null, boardVersion: null, trouble: null });
    await sink.report(report, signal);
    expect(Math.round((sink.standing().clockSkewMs ?? 0) / 10_000)).toBe(9);
    expect(board.lines()).toEqual(['PUT /api/agent/report']);
    expect(JSON.parse(board.requests[0]?.body ?? '')).toEqual(report);
  });

  it.each([
    { status: 500, body: 'no' },
    { status: 200, body: 'a page' },
    { status: 200, body: '{}' },
  ])('tries a report once: %j', async (answer) => {
    const board = await startStubBoard({ answer: () => answer });
    await expect(sinkFor(board.url).sink.report(aMachineReport(), signal)).rejects.toThrow();
    expect(board.requests).toHaveLength(1);
  });

  it('learns the board’s salt once it can be reached', async () => {
    let isAway = true;
    const board = await startStubBoard({ answer: () => (isAway ? { status: 502 } : undefined) });
    const { sink } = sinkFor(board.url);
    const salt = sink.repositorySalt(signal);
    await vi.waitFor(() => expect(board.requests.length).toBeGreaterThan(0));
    isAway = false;
    expect(await salt).toBe('salt');
    await sink.send([event], signal, nothing);
    expect(board.lines().slice(-2)).toEqual(['GET /api/agent', 'POST /api/ingest']);
  });

  it.each([
    ['0.3.0', 'too old for the board'],
    ['0.1.7', 'the board answers'],
    ['0.2.0', 'the board answers'],
  ])('says how its version stands to a board of %s', async (boardVersion, expected) => {
    const board = await startStubBoard({ boardVersion });
    const { sink, said } = sinkFor(board.url);
    await sink.send([event], signal, nothing);
    expect(said().join()).toContain(expected);
  });
});
