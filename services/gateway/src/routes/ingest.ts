import type { Readable } from 'node:stream';
import { parseEvent, type SessionEvent } from '@crewboard/contract';
import type { DeadLetter, EventLog } from '@crewboard/event-log';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { GatewayMetrics } from '../metrics.ts';
import { type BodyLimits, BodyRefused, discard, readLines } from '../ndjson.ts';
import { orUnavailable, problem } from '../problem.ts';
import { tokenHook } from '../token.ts';

export interface IngestOptions {
  log: EventLog;
  metrics: GatewayMetrics;
  /** The team's token; without one nobody may send. */
  token: string | undefined;
  limits?: BodyLimits;
}

export const INGEST_LIMITS: BodyLimits = { bodyBytes: 8 * 1024 * 1024, lineBytes: 64 * 1024, lines: 50_000 };

/** By client address, which many agents of one office may share. */
const REQUESTS_PER_MINUTE = 6000;

/** So long what a refused client still sends is taken, for it to read why. */
const DISCARD_MS = 1000;

export const ingestAnswerSchema = z.object({
  /** Events that are in the log now. */
  accepted: z.number().int(),
  /** Lines that are no event, from 1, with the reason. They were set aside: sending them again changes nothing. */
  rejected: z.array(z.object({ line: z.number().int(), reason: z.string() })),
});
type IngestAnswer = z.infer<typeof ingestAnswerSchema>;

const parseLine = (text: string): ReturnType<typeof parseEvent> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  return parseEvent(value);
};

interface Batch {
  events: SessionEvent[];
  rejected: IngestAnswer['rejected'];
  letters: DeadLetter[];
}

const readBatch = async (body: Readable, isGzip: boolean, limits: BodyLimits): Promise<Batch> => {
  const batch: Batch = { events: [], rejected: [], letters: [] };
  for await (const { number, text } of readLines(body, isGzip, limits)) {
    const parsed = parseLine(text);
    if (parsed.ok) {
      batch.events.push(parsed.event);
    } else {
      batch.rejected.push({ line: number, reason: parsed.reason });
      batch.letters.push({ from: 'ingest', reason: parsed.reason, raw: text, at: Date.now() });
    }
  }
  return batch;
};

/** Events before dead letters: if the second fails all comes again, and only of events a repeat is recognised. */
const store = async (log: EventLog, { events, letters }: Batch): Promise<void> => {
  if (events.length > 0) await log.append(events);
  for (const letter of letters) await log.deadLetter(letter);
};

/** POST /api/ingest: a batch of events, one JSON object a line. Answers when they are in the log. */
export const ingestRoute =
  ({ log, metrics, token, limits = INGEST_LIMITS }: IngestOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: REQUESTS_PER_MINUTE, timeWindow: '1 minute' });
    app.addHook('onRequest', tokenHook(token));

    // The body stays a stream: it is read line by line, within limits of its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    app.post('/api/ingest', { bodyLimit: limits.bodyBytes }, async (request, reply): Promise<IngestAnswer> => {
      const body = request.raw;
      const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
      if (encoding !== 'gzip' && encoding !== 'identity') {
        reply.header('accept-encoding', 'gzip').header('connection', 'close').code(415);
        return reply.send(problem(415, 'Content-Encoding may be gzip or absent.'));
      }
      let batch: Batch;
      try {
        batch = await readBatch(body, encoding === 'gzip', limits);
      } catch (error) {
        const refusal = body.errored ? new BodyRefused(400, 'The body was cut off.', { cause: error }) : error;
        if (!(refusal instanceof BodyRefused)) throw refusal;
        request.log.warn({ reason: refusal.message }, 'ingest body refused');
        await discard(body, DISCARD_MS);
        reply.header('connection', 'close');
        throw refusal;
      }
      // The agent sends a batch that came to nothing here again, and the fold knows repeats.
      await orUnavailable(store(log, batch), 'The log can not be written now. Send the batch again later.');
      metrics.ingestAccepted.inc(batch.events.length);
      metrics.ingestRejected.inc(batch.rejected.length);
      if (batch.rejected.length > 0) {
        request.log.warn({ rejected: batch.rejected.length, first: batch.rejected[0] }, 'lines set aside');
      }
      return { accepted: batch.events.length, rejected: batch.rejected };
    });
  };
