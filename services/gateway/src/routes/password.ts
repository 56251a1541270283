import { signInRequestSchema } from '@crewboard/contract';
import type { FastifyPluginAsync } from 'fastify';
import { orUnavailable, problem } from '../problem.ts';
import type { Passwords } from '../sign-in/passwords.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';
import type { Throttle } from '../throttle.ts';

const BODY_BYTES = 8 * 1024;

export interface PasswordRouteOptions {
  signIns: SignIns;
  passwords: Passwords;
  throttle: Throttle;
}

/** POST /api/sign-in with one of the board's passwords: 204 and a cookie. */
export const passwordRoute =
  ({ signIns, passwords, throttle }: PasswordRouteOptions): FastifyPluginAsync =>
  async (app) => {
    app.removeContentTypeParser('text/plain');

    app.post('/api/sign-in', { bodyLimit: BODY_BYTES, config: { needs: 'nothing' } }, async (request, reply) => {
      const { data } = signInRequestSchema.safeParse(request.body);
      if (!data) return reply.code(400).send(problem(400, 'A sign-in is a name and a password.'));
      const from = { by: 'password', address: request.ip };
      const waitMs = throttle.take(request.ip, Date.now());
      if (waitMs > 0) {
        request.log.warn({ ...from, waitMs }, 'sign-in put off');
        reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
        return reply.code(429).send(problem(429, 'Too many tries. Wait a little.'));
      }
      const match = await orUnavailable(passwords.check(data.password), 'Nobody can sign in now.');
      if (!match) {
        // Without the name: now and then somebody types the password there.
        request.log.warn(from, 'sign-in refused');
        return reply.code(401).send(problem(401, 'That is not a password of this board.'));
      }
      throttle.succeeded(request.ip);
      await signIns.begin(request, reply, { name: data.name, by: 'password', ...match });
      request.log.info({ ...from, person: data.name, role: match.role }, 'signed in');
      return reply.code(204).send();
    });
  };
