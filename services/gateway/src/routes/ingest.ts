import type { MachineIdentity } from '@crewboard/access';
import type { IngestAnswer, Session, SessionEvent } from '@crewboard/contract';
import type { DeadLetter, EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Hub } from '../hub.ts';
import { type Batch, readBatch } from '../ingest/batch.ts';
import { createBytesUnderWay } from '../ingest/bytes-under-way.ts';
import type { Claims } from '../ingest/claims.ts';
import { createLetterChoice } from '../ingest/dead-letters.ts';
import type { MachineLimiter } from '../ingest/machine-limits.ts';
import { type Sorted, sort } from '../ingest/sort.ts';
import type { Turns } from '../ingest/turns.ts';
import { senderOf } from '../machine-token.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { type BodyLimits, BodyRefused, discard } from '../ndjson.ts';
import { orUnavailable, problem } from '../problem.ts';

export interface IngestOptions {
  log: EventLog;
  hub: Pick<Hub, 'board'>;
  claims: Claims;
  turns: Turns;
  limiter: MachineLimiter;
  metrics: GatewayMetrics;
  limits?: BodyLimits;
}

const INGEST_LIMITS: BodyLimits = { bodyBytes: 8 * 1024 * 1024, lineBytes: 64 * 1024, lines: 50_000 };

/** So long what a refused client still sends is taken, for it to read why. */
const DISCARD_MS = 1000;

const LATER = 'The log can not be written now. Send the batch again later.';

/**
 * Whether the board shows a session, which nobody has claimed, as another person's on another machine: the agent that runs within a
 * board of its own writes to the log itself. One person's machines may be called otherwise than they were.
 */
const isAnothers = (session: Session | undefined, { machine, owner }: MachineIdentity): boolean =>
  session !== undefined && session.machine !== machine && session.owner !== owner;

const answerOf = ({ events, refused }: Sorted): IngestAnswer => {
  const last = events.at(-1);
  return {
    accepted: events.length,
    rejected: refused.map(({ line, reason }) => ({ line, reason })),
    lastAccepted: last ? { stream: last.stream, position: last.position } : null,
  };
};

/** Events before dead letters: if the second fails all comes again, and only of events a repeat is recognised. */
const store = async (log: EventLog, events: readonly SessionEvent[], letters: readonly DeadLetter[]): Promise<void> => {
  if (events.length > 0) await log.append(events);
  for (const letter of letters) await log.deadLetter(letter);
};

/** POST /api/ingest: a batch of events, one JSON object a line. Answers when they are in the log. */
export const ingestRoute =
  ({ log, hub, claims, turns, limiter, metrics, limits = INGEST_LIMITS }: IngestOptions): FastifyPluginAsync =>
  async (app) => {
    const letterFor = createLetterChoice();
    const bytesUnderWay = createBytesUnderWay();

    // The body stays a stream: it is read line by line, within limits of its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    /** The body, and what of it is set aside. Nothing of it was kept where it throws. */
    const read = async (
      request: FastifyRequest,
      isGzip: boolean,
      onBytes: (bytes: number) => void,
    ): Promise<{ batch: Batch; letters: DeadLetter[] }> => {
      const sender = senderOf(request);
      const letters: DeadLetter[] = [];
      try {
        const batch = await readBatch(request.raw, {
          isGzip,
          limits,
          onCost: (cost) => {
            limiter.spend(sender, cost);
            onBytes(cost.bytes);
          },
          onUnreadable: (line) => {
            const letter = letterFor(sender.machineId, line);
            if (letter) letters.push(letter);
          },
        });
        return { batch, letters };
      } catch (error) {
        const refusal = request.raw.errored ? new BodyRefused(400, 'The body was cut off.', { cause: error }) : error;
        if (refusal instanceof BodyRefused) {
          request.log.warn({ reason: refusal.message, machine: sender.machine }, 'ingest body refused');
        }
        await discard(request.raw, DISCARD_MS);
        throw refusal;
      }
    };

    /** Takes what a batch has for the board, and tells what became of it. */
    const take = async (
      { batch, letters }: { batch: Batch; letters: readonly DeadLetter[] },
      sender: MachineIdentity,
    ): Promise<Sorted> => {
      const foreign = await claims.foreignOf({
        sessionIds: new Set(batch.events.map(({ event }) => event.sessionId)),
        machineId: sender.machineId,
        mayBegin: (sessionId) => {
          if (isAnothers(hub.board?.session(sessionId), sender)) return false;
          limiter.newSession(sender);
          return true;
        },
      });
      const sorted = sort(batch, foreign, sender, Date.now());
      // The agent sends a batch that came to nothing here again, and the fold knows repeats.
      await turns.write(sender.machineId, () => orUnavailable(store(log, sorted.events, letters), LATER));
      return sorted;
    };

    app.post('/api/ingest', { bodyLimit: limits.bodyBytes }, async (request, reply): Promise<IngestAnswer> => {
      const sender = senderOf(request);
      limiter.beforeBatch(sender);
      const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
      if (encoding !== 'gzip' && encoding !== 'identity') {
        reply.header('accept-encoding', 'gzip').header('connection', 'close').code(415);
        return reply.send(problem(415, 'Content-Encoding may be gzip or absent.'));
      }
      const held = bytesUnderWay.begin();
      try {
        const body = await read(request, encoding === 'gzip', held.add).catch((error: unknown) => {
          reply.header('connection', 'close');
          throw error;
        });
        const { events, refused } = await take(body, sender);
        metrics.ingestAccepted.inc(events.length);
        for (const { why } of refused) metrics.ingestRejected.inc({ why });
        if (refused.length > 0) {
          request.log.warn({ machine: sender.machine, refused: refused.length, first: refused[0] }, 'lines not taken');
        }
        return answerOf({ events, refused });
      } finally {
        held.end();
      }
    });
  };
