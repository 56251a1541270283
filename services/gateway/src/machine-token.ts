import type { onRequestHookHandler } from 'fastify';
import { bearerOf, isToken } from './bearer.ts';
import { problem } from './problem.ts';

/** Answers 401 to who has not the team's token, and 403 to everyone where none is set: then nothing is taken over HTTP. */
export const tokenHook =
  (token: string | undefined): onRequestHookHandler =>
  (request, reply, done) => {
    if (token === undefined) {
      const message = 'This board takes nothing over HTTP: CREWBOARD_INGEST_TOKEN is not set.';
      reply.code(403).send(problem(403, message));
      return;
    }
    if (!isToken(bearerOf(request.headers.authorization), token)) {
      reply.header('www-authenticate', 'Bearer').code(401).send(problem(401, 'The token is missing or wrong.'));
      return;
    }
    done();
  };
