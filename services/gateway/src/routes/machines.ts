import { type Machines, machineReportSchema } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import rateLimit from '@fastify/rate-limit';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { BodyRefused } from '../ndjson.ts';
import { orUnavailable } from '../problem.ts';
import { needing } from '../sign-in/door.ts';
import { tokenHook } from '../token.ts';

export interface MachineOptions {
  log: EventLog;
  /** The team's token; without one nobody may report. */
  token: string | undefined;
}

export const reportAnswerSchema = z.object({
  /** The board's clock, for the machine to see how far its own is off. */
  now: z.number().int(),
});
type ReportAnswer = z.infer<typeof reportAnswerSchema>;

export const REPORT_BYTES = 64 * 1024;

/** By client address, which many agents of one office may share. */
const REPORTS_PER_MINUTE = 6000;

const machineParams = z.object({ machine: z.string() });

/** Throws {@link BodyRefused} with the reason where the body is no report of that machine. */
const parseReport = (body: unknown, machine: string) => {
  const { data: report, error } = machineReportSchema.safeParse(body);
  if (!report) {
    const issue = error.issues[0];
    throw new BodyRefused(400, `The body is no report: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? ''}`);
  }
  if (report.machine !== machine) throw new BodyRefused(400, 'The report is of another machine than its address says.');
  return report;
};

/** PUT /api/machines/:machine: what an agent tells of itself. Answers when it is kept. */
const reportRoute =
  ({ log, token }: MachineOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(rateLimit, { max: REPORTS_PER_MINUTE, timeWindow: '1 minute' });
    app.addHook('onRequest', tokenHook(token));
    app.removeContentTypeParser('text/plain');

    app.put('/api/machines/:machine', { bodyLimit: REPORT_BYTES }, async (request): Promise<ReportAnswer> => {
      const { machine } = machineParams.parse(request.params);
      const report = parseReport(request.body, machine);
      const now = Date.now();
      await orUnavailable(
        log.saveMachine({ report, receivedAt: now }),
        'The log can not be written now. Report again later.',
      );
      return { now };
    });
  };

/** PUT /api/machines/:machine with the team's token, and GET /api/machines: every machine's last report. */
export const machineRoutes =
  (options: MachineOptions): FastifyPluginAsync =>
  async (app) => {
    await app.register(needing('machine', reportRoute(options)));

    app.get('/api/machines', async (_request, reply): Promise<Machines> => {
      reply.header('cache-control', 'no-store');
      const machines = await orUnavailable(options.log.machines(), 'The log can not be read now.');
      return { now: Date.now(), machines: machines.sort((a, b) => (a.report.machine < b.report.machine ? -1 : 1)) };
    });
  };
