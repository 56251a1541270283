import type { Today } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { BoardNotRead, orUnavailable, problem } from '../problem.ts';
import { createToday } from '../today/today.ts';

const isTimeZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
};
const todayQuery = z.object({ tz: z.string().max(100).refine(isTimeZone).default('UTC') });

/** GET /api/today: the board's own figures of the day, by the clocks of a time zone. */
export const todayRoute = ({ hub, log }: { hub: Hub; log: EventLog }): FastifyPluginAsync => {
  const today = createToday({ hub, log });
  return async (app) => {
    app.get('/api/today', async (request, reply) => {
      const query = todayQuery.safeParse(request.query);
      if (!query.success) return reply.code(400).send(problem(400, 'tz is a time zone, such as Europe/Berlin.'));
      if (!hub.board) throw new BoardNotRead();
      const answer: Today = await orUnavailable(today(query.data.tz), 'The log can not be read now.');
      return answer;
    });
  };
};
