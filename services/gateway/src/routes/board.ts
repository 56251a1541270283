import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { BoardNotRead } from '../problem.ts';

const sessionParams = z.object({ id: z.string() });

/** GET /api/board and GET /api/sessions/:id, from memory. */
export const boardRoutes =
  ({ hub }: { hub: Hub }): FastifyPluginAsync =>
  async (app) => {
    const board = () => {
      if (!hub.board) throw new BoardNotRead();
      return hub.board;
    };

    app.get('/api/board', async (_request, reply) => {
      reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
      return board().toJson();
    });

    app.get('/api/sessions/:id', async (request, reply) => {
      const { id } = sessionParams.parse(request.params);
      const session = board().session(id);
      reply.header('cache-control', 'no-store');
      return session ?? reply.callNotFound();
    });
  };
