import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { within } from '@crewboard/runtime';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** How every error is told. */
export const problemSchema = z.object({ statusCode: z.number().int(), error: z.string(), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

export const problem = (statusCode: number, message: string): Problem => ({
  statusCode,
  error: STATUS_CODES[statusCode] ?? 'Error',
  message,
});

/** Something outside is down and comes back: 503 with Retry-After. The message is for clients. */
export class Unavailable extends Error {
  readonly code: string = 'UNAVAILABLE';
  readonly retryAfterSeconds = 2;
}

/** Someone asks too much: 429 with Retry-After. The message is for clients. */
export class TooMany extends Error {
  readonly code = 'TOO_MANY';
  readonly statusCode = 429;
  readonly retryAfterSeconds: number;
  constructor(message: string, waitMs: number) {
    super(message);
    this.retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  }
}

/** Asked before the first board was read from the log. */
export class BoardNotRead extends Unavailable {
  override readonly code = 'BOARD_NOT_READ';
  constructor() {
    super('The board was not read from the log yet.');
  }
}

/** A log that did not answer by then is away, as far as a client goes. */
const LOG_WITHIN_MS = 10_000;

/** What the log answers; throws {@link Unavailable} with a message for clients where it does not, or not in time. */
export const orUnavailable = async <Answer>(
  answer: Promise<Answer>,
  message: string,
  withinMs = LOG_WITHIN_MS,
): Promise<Answer> => {
  try {
    return await within(answer, withinMs);
  } catch (error) {
    throw new Unavailable(message, { cause: error });
  }
};

/** The one place where errors become HTTP. What is ours stays inside: a 5xx tells nothing but that it happened. */
export const answerError = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
  if (error instanceof Unavailable) {
    request.log.warn({ err: error }, 'unavailable');
    reply.header('retry-after', String(error.retryAfterSeconds)).code(503).send(problem(503, error.message));
    return;
  }
  if (error instanceof TooMany) reply.header('retry-after', String(error.retryAfterSeconds));
  const statusCode = 'statusCode' in error ? error.statusCode : undefined;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    reply.code(statusCode).send(problem(statusCode, error.message));
    return;
  }
  request.log.error({ err: error }, 'request failed');
  reply.code(500).send(problem(500, 'Something went wrong in the board. Its log tells what.'));
};

/** Where no plugin has its say: enough for a page that somebody makes of it to do nothing. */
const BARE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const;

/** An address that no router can read: a broken `%`, a part that is too long. It comes by no hook. */
export const answerUnroutable = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  request.log.debug({ code: error.code }, 'unroutable');
  reply.headers(BARE_HEADERS).code(400).send(problem(400, 'That is no address of this board.'));
};

const UNREADABLE: Readonly<Record<string, [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
};

/** What is no HTTP at all has no reply either. Says so to the bare connection, and ends it. */
export const answerUnreadable = (error: ConnectionError, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = UNREADABLE[error.code] ?? [400, 'That is no request.'];
  const body = JSON.stringify(problem(status, message));
  const headers = { ...BARE_HEADERS, connection: 'close', 'content-length': Buffer.byteLength(body) };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  socket.destroySoon();
};
