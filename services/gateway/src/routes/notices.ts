import { type Notice, type Notices, noticeSchema } from '@crewboard/contract';
import type { Records } from '@crewboard/records';
import type { FastifyPluginAsync } from 'fastify';
import { orUnavailable } from '../problem.ts';

/** GET /api/notices: what the board does without, and why. */
export const noticesRoute =
  ({ records }: { records: Pick<Records, 'list'> }): FastifyPluginAsync =>
  async (app) => {
    app.get('/api/notices', async (_request, reply): Promise<Notices> => {
      reply.header('cache-control', 'no-store');
      const kept = await orUnavailable(records.list('notice'), 'The notices can not be read now.');
      const notices = kept.flatMap(({ value }): Notice | Notice[] => noticeSchema.safeParse(value).data ?? []);
      return { notices: notices.sort((a, b) => (a.subject < b.subject ? -1 : 1)) };
    });
  };
