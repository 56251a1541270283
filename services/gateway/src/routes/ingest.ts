import type { MachineIdentity } from '@crewboard/access';
import type { IngestAnswer, SessionEvent } from '@crewboard/contract';
import type { DeadLetter, EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Batch, type Refused, readBatch } from '../ingest/batch.ts';
import type { Claims } from '../ingest/claims.ts';
import { createLetterChoice } from '../ingest/dead-letters.ts';
import type { MachineLimiter } from '../ingest/machine-limits.ts';
import { stamp } from '../ingest/stamp.ts';
import type { Turns } from '../ingest/turns.ts';
import { senderOf } from '../machine-token.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { type BodyLimits, BodyRefused, discard } from '../ndjson.ts';
import { orUnavailable, problem } from '../problem.ts';

export interface IngestOptions {
  log: EventLog;
  claims: Claims;
  turns: Turns;
  limiter: MachineLimiter;
  metrics: GatewayMetrics;
  limits?: BodyLimits;
}

export const INGEST_LIMITS: BodyLimits = { bodyBytes: 8 * 1024 * 1024, lineBytes: 64 * 1024, lines: 50_000 };

/** So long what a refused client still sends is taken, for it to read why. */
const DISCARD_MS = 1000;

const LATER = 'The log can not be written now. Send the batch again later.';

/** What of a batch is the sender's to tell, as the board takes it; and all that is not taken, in the order of the lines. */
interface Sorted {
  events: SessionEvent[];
  refused: Refused[];
}

const sort = (batch: Batch, foreign: ReadonlySet<string>, sender: MachineIdentity, now: number): Sorted => {
  const events: SessionEvent[] = [];
  const refused = [...batch.refused];
  for (const { line, event } of batch.events) {
    if (foreign.has(event.sessionId)) {
      refused.push({ line, reason: 'this session belongs to another machine', why: 'foreign' });
    } else {
      events.push(stamp(event, sender, now));
    }
  }
  return { events, refused: refused.sort((a, b) => a.line - b.line) };
};

/** Events before dead letters: if the second fails all comes again, and only of events a repeat is recognised. */
const store = async (log: EventLog, events: readonly SessionEvent[], letters: readonly DeadLetter[]): Promise<void> => {
  if (events.length > 0) await log.append(events);
  for (const letter of letters) await log.deadLetter(letter);
};

/** POST /api/ingest: a batch of events, one JSON object a line. Answers when they are in the log. */
export const ingestRoute =
  ({ log, claims, turns, limiter, metrics, limits = INGEST_LIMITS }: IngestOptions): FastifyPluginAsync =>
  async (app) => {
    const letterFor = createLetterChoice();

    // The body stays a stream: it is read line by line, within limits of its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    /** The body, and what of it is set aside. Throws {@link BodyRefused}; nothing was kept then. */
    const read = async (request: FastifyRequest, isGzip: boolean): Promise<{ batch: Batch; letters: DeadLetter[] }> => {
      const sender = senderOf(request);
      const letters: DeadLetter[] = [];
      try {
        const batch = await readBatch(request.raw, {
          isGzip,
          limits,
          onCost: (cost) => limiter.spend(sender, cost),
          onUnreadable: (line) => {
            const letter = letterFor(sender.machineId, line);
            if (letter) letters.push(letter);
          },
        });
        return { batch, letters };
      } catch (error) {
        const isCutOff = request.raw.errored !== null;
        const refusal = isCutOff ? new BodyRefused(400, 'The body was cut off.', { cause: error }) : error;
        if (!(refusal instanceof BodyRefused)) throw refusal;
        request.log.warn({ reason: refusal.message, machine: sender.machine }, 'ingest body refused');
        await discard(request.raw, DISCARD_MS);
        throw refusal;
      }
    };

    app.post('/api/ingest', { bodyLimit: limits.bodyBytes }, async (request, reply): Promise<IngestAnswer> => {
      const sender = senderOf(request);
      limiter.beforeBatch(sender);
      const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
      if (encoding !== 'gzip' && encoding !== 'identity') {
        reply.header('accept-encoding', 'gzip').header('connection', 'close').code(415);
        return reply.send(problem(415, 'Content-Encoding may be gzip or absent.'));
      }
      const { batch, letters } = await read(request, encoding === 'gzip').catch((error: unknown) => {
        reply.header('connection', 'close');
        throw error;
      });
      const foreign = await claims.foreignOf({
        sessionIds: new Set(batch.events.map(({ event }) => event.sessionId)),
        machineId: sender.machineId,
        beforeNew: () => limiter.newSession(sender),
      });
      const { events, refused } = sort(batch, foreign, sender, Date.now());
      // The agent sends a batch that came to nothing here again, and the fold knows repeats.
      await turns.write(sender.machineId, () => orUnavailable(store(log, events, letters), LATER));

      metrics.ingestAccepted.inc(events.length);
      for (const { why } of refused) metrics.ingestRejected.inc({ why });
      if (refused.length > 0) {
        request.log.warn({ machine: sender.machine, refused: refused.length, first: refused[0] }, 'lines not taken');
      }
      const last = events.at(-1);
      return {
        accepted: events.length,
        rejected: refused.map(({ line, reason }) => ({ line, reason })),
        lastAccepted: last ? { stream: last.stream, position: last.position } : null,
      };
    });
  };
