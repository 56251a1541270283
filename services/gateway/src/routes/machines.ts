import type { Machines } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import { orUnavailable } from '../problem.ts';

/** GET /api/machines: every machine's last report. */
export const machinesRoute =
  ({ log }: { log: EventLog }): FastifyPluginAsync =>
  async (app) => {
    app.get('/api/machines', async (): Promise<Machines> => {
      const machines = await orUnavailable(log.machines(), 'The log can not be read now.');
      return { now: Date.now(), machines: machines.sort((a, b) => (a.report.machine < b.report.machine ? -1 : 1)) };
    });
  };
