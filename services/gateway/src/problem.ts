import { STATUS_CODES } from 'node:http';
import { within } from '@crewboard/runtime';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
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
export const orUnavailable = async <Answer>(answer: Promise<Answer>, message: string): Promise<Answer> => {
  try {
    return await within(answer, LOG_WITHIN_MS);
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
