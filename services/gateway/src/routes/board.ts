import { spanSchema, statusChangeSchema, storyEntrySchema } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { BoardNotRead, orUnavailable } from '../problem.ts';

const sessionParams = z.object({ id: z.string() });

export const historySchema = z.object({
  sessionId: z.string(),
  /** The oldest first. */
  history: z.array(statusChangeSchema),
});
type History = z.infer<typeof historySchema>;

export const storySchema = z.object({
  sessionId: z.string(),
  /** The oldest first. */
  story: z.array(storyEntrySchema),
  /** In the order in which they ended. */
  spans: z.array(spanSchema),
});
type Story = z.infer<typeof storySchema>;

/** GET /api/board and GET /api/sessions/:id, from memory; GET /api/sessions/:id/history and /story, from the log. */
export const boardRoutes =
  ({ hub, log }: { hub: Hub; log: EventLog }): FastifyPluginAsync =>
  async (app) => {
    const board = () => {
      if (!hub.board) throw new BoardNotRead();
      return hub.board;
    };

    app.get('/api/board', async (_request, reply) => {
      reply.type('application/json; charset=utf-8');
      return board().toJson();
    });

    app.get('/api/sessions/:id', async (request, reply) => {
      const { id } = sessionParams.parse(request.params);
      const session = board().session(id);
      return session ?? reply.callNotFound();
    });

    app.get('/api/sessions/:id/history', async (request, reply) => {
      const { id } = sessionParams.parse(request.params);
      if (!board().session(id)) return reply.callNotFound();
      const history = await orUnavailable(log.history(id), 'The log can not be read now.');
      const answer: History = { sessionId: id, history };
      return answer;
    });

    app.get('/api/sessions/:id/story', async (request, reply) => {
      const { id } = sessionParams.parse(request.params);
      if (!board().session(id)) return reply.callNotFound();
      const reading = Promise.all([log.story(id), log.spans(id)]);
      const [story, spans] = await orUnavailable(reading, 'The log can not be read now.');
      const answer: Story = { sessionId: id, story, spans };
      return answer;
    });
  };
