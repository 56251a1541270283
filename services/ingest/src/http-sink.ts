import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { MachineReport, SessionEvent } from '@crewboard/contract';
import type { Logger } from '@crewboard/runtime';
import { z } from 'zod';
import { type Attempt, untilAccepted } from './retry.ts';
import type { EventSink } from './sink.ts';

export interface HttpSinkOptions {
  /** The board's address; `/api/ingest` is added. */
  url: string;
  token: string;
  logger: Logger;
  /** For one request, in ms. */
  timeoutMs?: number;
}

const compress = promisify(gzip);
const GZIP_FROM_BYTES = 1024;
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** What the board answers: it keeps what it can read, and names the lines that it can't. */
const answerSchema = z.object({
  accepted: z.number(),
  rejected: z.array(z.object({ line: z.number(), reason: z.string() })).default([]),
});

/** The board's clock, in ms since 1970. */
const reportAnswerSchema = z.object({ now: z.number() });

/** Sends events to a board over HTTP as NDJSON, and reports of this machine, over connections that are kept. */
export const httpSink = ({ url, token, logger, timeoutMs = 30_000 }: HttpSinkOptions): EventSink => {
  const board = url.endsWith('/') ? url : `${url}/`;
  const endpoint = new URL('api/ingest', board);
  const authorization = `Bearer ${token}`;

  const post = async (events: readonly SessionEvent[], signal: AbortSignal): Promise<Response> => {
    const text = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
    const isLarge = text.length > GZIP_FROM_BYTES;
    return fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/x-ndjson',
        ...(isLarge ? { 'content-encoding': 'gzip' } : {}),
      },
      body: new Uint8Array(isLarge ? await compress(text, { level: 1 }) : text),
      redirect: 'error',
      signal,
    });
  };

  /** One request with its answer, within the time. `AbortSignal.any` would leak: the agent's signal outlives all requests. */
  const within = async <Result>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    const late = new AbortController();
    const stop = (): void => late.abort(signal.reason);
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work(late.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };

  const send = async (events: readonly SessionEvent[], signal: AbortSignal): Promise<void> => {
    let isTooLarge = false;
    const request = async (until: AbortSignal): Promise<Awaited<ReturnType<Attempt>>> => {
      const response = await post(events, until);
      if (response.ok) {
        noteRejected(await response.json());
        return { ok: true };
      }
      const said = (await response.text()).slice(0, 300);
      isTooLarge = response.status === 413 && events.length > 1;
      return isTooLarge ? { ok: true } : refusal(response, said, endpoint);
    };
    const attempt: Attempt = () =>
      within(signal, request).catch((error: unknown) => {
        return { ok: false, reason: `the board at ${endpoint.origin} cannot be reached`, error };
      });
    await untilAccepted(attempt, { signal, logger });
    if (!isTooLarge) return;
    const half = Math.ceil(events.length / 2);
    await send(events.slice(0, half), signal);
    await send(events.slice(half), signal);
  };

  /** A line that was turned down once would be turned down again: it is told, and the rest goes on. */
  const noteRejected = (body: unknown): void => {
    const answer = answerSchema.safeParse(body);
    if (!answer.success) logger.warn({ endpoint: endpoint.href }, 'the board gave an answer of another form');
    else if (answer.data.rejected.length > 0) {
      const { accepted, rejected } = answer.data;
      logger.error(
        { accepted, rejected: rejected.slice(0, 10), count: rejected.length },
        'the board turned events down',
      );
    }
  };

  const report = async (report: MachineReport, signal: AbortSignal): Promise<{ now: number }> => {
    const response = await fetch(new URL(`api/machines/${encodeURIComponent(report.machine)}`, board), {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(report),
      redirect: 'error',
      signal,
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`the board did not take the report: ${response.status} ${said.slice(0, 300)}`);
    return reportAnswerSchema.parse(JSON.parse(said));
  };

  return { send, report };
};

const refusal = (response: Response, said: string, endpoint: URL): Awaited<ReturnType<Attempt>> => {
  const { status } = response;
  const isLasting = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return {
    ok: false,
    reason: adviceFor(status, said, endpoint),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    isLasting,
  };
};

const adviceFor = (status: number, said: string, endpoint: URL): string => {
  switch (status) {
    case 401:
    case 403:
      return `the board at ${endpoint.origin} refused this machine's token (${status}): set CREWBOARD_INGEST_TOKEN to the one that the board was started with`;
    case 404:
      return `nothing takes events at ${endpoint.href} (404): check CREWBOARD_URL`;
    default:
      return `the board at ${endpoint.origin} did not accept the events: ${status} ${said}`.trim();
  }
};

/** Seconds or a date, as ms from now. */
const retryAfterMs = (value: string | null): number | undefined => {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : undefined;
};
