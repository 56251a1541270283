import type { FastifyPluginAsync } from 'fastify';
import { callerOf } from '../sign-in/door.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';

/** POST /api/sign-out: 204, and the cookie is worth nothing any more, wherever it was copied to. */
export const signOutRoute =
  (signIns: SignIns): FastifyPluginAsync =>
  async (app) => {
    app.post('/api/sign-out', { config: { needs: 'viewer' } }, async (request, reply) => {
      await signIns.end(request, reply);
      request.log.info({ person: callerOf(request).name }, 'signed out');
      return reply.code(204).send();
    });
  };
