import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type AgentAnswer, compatibilityOf, type IngestAnswer, type SessionEvent } from '@crewboard/contract';
import type { Logger } from '@crewboard/runtime';
import { version as agentVersion } from '../../package.json' with { type: 'json' };
import { type ClockSkew, createClockSkew, onBoardsClock } from '../senses/skew.ts';
import type { EventSink, SetAside } from '../sink.ts';
import type { BoardClient } from './client.ts';
import { type Attempt, untilAccepted } from './retry.ts';
import { BoardError, isRevoked, isStatus } from './trouble.ts';

export interface HttpSink extends EventSink {
  /** For hashing names as all machines of the board do. Resolves once the board was reached; rejects when the signal aborts. */
  repositorySalt(signal: AbortSignal): Promise<string>;
}

export interface HttpSinkOptions {
  board: BoardClient;
  logger: Logger;
  /** Gets each body that the board has accepted, before it was packed. */
  onAccepted?: ((lines: Buffer) => void) | undefined;
  skew?: ClockSkew;
  /** Ms since 1970. */
  now?: () => number;
}

const compress = promisify(gzip);
const GZIP_FROM_BYTES = 1024;
/** A token that was refused is looked at again so seldom: a board may have lost its memory and found it again. */
const REVOKED_LOOK_MS = 5 * 60_000;

/**
 * Sends events to a board over HTTP as NDJSON, and reports of this machine. Greets the board first, and again when the way to it was
 * lost: only a board that knows this machine gets events. Takes out how far this machine's clock is off.
 */
export const httpSink = (options: HttpSinkOptions): HttpSink => {
  const { board, logger, onAccepted, now = Date.now, skew = createClockSkew(now) } = options;
  let greeted: { answer: AgentAnswer; timesSet: number } | undefined;
  let knownVersion = '';
  let trouble: string | null = null;
  /** When a refused token is to be looked at again; undefined while it is good. */
  let refused: { error: unknown; lookAt: number } | undefined;

  const measured = async <Answer extends { now: number }>(asked: Promise<Answer>): Promise<Answer> => {
    const sentAt = now();
    const answer = await asked;
    skew.measure(sentAt, answer.now, now());
    return answer;
  };

  const noteVersions = (boardVersion: string): void => {
    if (boardVersion === knownVersion) return;
    knownVersion = boardVersion;
    const versions = { agentVersion, boardVersion };
    const compatibility = compatibilityOf(agentVersion, boardVersion);
    if (compatibility === 'too_old') logger.warn(versions, 'this agent is too old for the board: install a newer one');
    else if (compatibility === 'too_new')
      logger.warn(versions, 'the board is too old for this agent: some of it is not shown');
    else logger.info(versions, 'the board answers');
  };

  const greet = async (signal: AbortSignal): Promise<void> => {
    const answer = await measured(board.hello(signal));
    // The first answer may be late because a connection had to be made. The second tells the clock.
    if (skew.ms === null) await measured(board.hello(signal));
    noteVersions(answer.boardVersion);
    greeted = { answer, timesSet: skew.timesSet };
    refused = undefined;
    trouble = null;
  };

  /** Told once, whether an event or a report met it first. */
  const noteRefusal = (error: unknown): void => {
    greeted = undefined;
    if (!refused) logger.error({ board: board.url }, error instanceof Error ? error.message : String(error));
    refused = { error, lookAt: performance.now() + REVOKED_LOOK_MS };
    trouble = error instanceof Error ? error.message : String(error);
  };

  const failed = (error: unknown): Awaited<ReturnType<Attempt>> => {
    if (isRevoked(error)) {
      noteRefusal(error);
      return { ok: false, reason: '', retryAfterMs: REVOKED_LOOK_MS };
    }
    if (!(error instanceof BoardError)) return { ok: false, reason: 'the events cannot be sent', error };
    const { trouble: met, message: reason } = error;
    trouble = reason;
    if (met.kind !== 'refused') {
      greeted = undefined;
      return { ok: false, reason, isLasting: met.kind === 'strange' };
    }
    const { status, retryAfterMs } = met;
    if (status !== 429) greeted = undefined;
    const isLasting = status < 500 && status !== 408 && status !== 429;
    return { ok: false, reason, retryAfterMs, isLasting };
  };

  const post = async (events: readonly SessionEvent[], signal: AbortSignal): Promise<IngestAnswer> => {
    const lines = linesOf(events.map((event) => onBoardsClock(event, skew)));
    const answer = await (lines.length > GZIP_FROM_BYTES
      ? board.ingest(await compress(lines, { level: 1 }), 'gzip', signal)
      : board.ingest(lines, undefined, signal));
    onAccepted?.(lines);
    return answer;
  };

  const send = async (events: readonly SessionEvent[], signal: AbortSignal, setAside: SetAside): Promise<void> => {
    let isTooLarge = false;
    const attempt: Attempt = async () => {
      try {
        skew.look();
        if (greeted?.timesSet !== skew.timesSet) await greet(signal);
        noteTurnedDown(await post(events, signal));
        trouble = null;
        return { ok: true };
      } catch (error) {
        isTooLarge = isStatus(error, 413);
        return isTooLarge ? { ok: true } : failed(error);
      }
    };
    await untilAccepted(attempt, { signal, logger });
    if (!isTooLarge) return;
    const [first] = events;
    if (first && events.length === 1) {
      setAside(first, linesOf(events).length, `a ${first.type} event is larger than the board takes`);
      return;
    }
    const half = Math.ceil(events.length / 2);
    await send(events.slice(0, half), signal, setAside);
    await send(events.slice(half), signal, setAside);
  };

  const toldReasons = new Set<string>();
  /** A line that was turned down once would be turned down again: each reason is told once, and the rest goes on. */
  const noteTurnedDown = ({ accepted, rejected }: IngestAnswer): void => {
    for (const { reason } of rejected) {
      if (toldReasons.has(reason) || toldReasons.size >= MOST_REASONS) continue;
      toldReasons.add(reason);
      logger.warn({ reason, accepted, turnedDown: rejected.length }, 'the board turned events down');
    }
  };

  return {
    send,
    async report(report, signal) {
      if (refused && performance.now() < refused.lookAt) throw refused.error;
      try {
        await measured(board.report(report, signal));
        refused = undefined;
        trouble = null;
      } catch (error) {
        if (isRevoked(error)) noteRefusal(error);
        else if (error instanceof BoardError) trouble = error.message;
        throw error;
      }
    },
    async repositorySalt(signal) {
      const attempt: Attempt = async () => {
        try {
          await greet(signal);
          return { ok: true };
        } catch (error) {
          return failed(error);
        }
      };
      for (;;) {
        if (greeted) return greeted.answer.repositorySalt;
        await untilAccepted(attempt, { signal, logger });
      }
    },
    standing: () => ({ clockSkewMs: skew.ms, boardVersion: knownVersion || null, trouble }),
  };
};

const MOST_REASONS = 100;

const linesOf = (events: readonly SessionEvent[]): Buffer =>
  Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
