import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { problem } from './problem.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const bearerOf = (header: string | undefined): string | undefined => /^bearer +(\S+)$/i.exec(header ?? '')?.[1];

/** Answers 401 to who has not the team's token, and 403 to everyone where none is set: then nothing is taken over HTTP. */
export const tokenHook = (token: string | undefined): onRequestHookHandler => {
  const expected = token === undefined ? undefined : digest(token);
  return (request, reply, done) => {
    if (!expected) {
      const message = 'This board takes nothing over HTTP: CREWBOARD_INGEST_TOKEN is not set.';
      reply.code(403).send(problem(403, message));
      return;
    }
    const given = bearerOf(request.headers.authorization);
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      reply.header('www-authenticate', 'Bearer').code(401).send(problem(401, 'The token is missing or wrong.'));
      return;
    }
    done();
  };
};
