import type { HandOver } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { handOverNote } from '../hand-over.ts';
import type { Hub } from '../hub.ts';
import { BoardNotRead, orUnavailable } from '../problem.ts';

const sessionParams = z.object({ id: z.string() });

/** POST /api/sessions/:id/hand-over: a note for the colleague who goes on. */
export const handOverRoute =
  ({ hub, log }: { hub: Hub; log: EventLog }): FastifyPluginAsync =>
  async (app) => {
    app.post('/api/sessions/:id/hand-over', { config: { needs: 'member' } }, async (request, reply) => {
      const { id } = sessionParams.parse(request.params);
      if (!hub.board) throw new BoardNotRead();
      const session = hub.board.session(id);
      if (!session) return reply.callNotFound();
      const story = await orUnavailable(log.story(id), 'The log can not be read now.');
      reply.header('cache-control', 'no-store');
      const answer: HandOver = { sessionId: id, note: handOverNote(session, story) };
      return answer;
    });
  };
