import { machineReportSchema, type reportAnswerSchema } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { FastifyPluginAsync } from 'fastify';
import type { z } from 'zod';
import { senderOf } from '../machine-token.ts';
import { BodyRefused } from '../ndjson.ts';
import { orUnavailable } from '../problem.ts';

type ReportAnswer = z.infer<typeof reportAnswerSchema>;

const REPORT_BYTES = 64 * 1024;

/** Throws {@link BodyRefused} with the reason where the body is no report. */
const parseReport = (body: unknown) => {
  const { data: report, error } = machineReportSchema.safeParse(body);
  if (report) return report;
  const issue = error.issues[0];
  throw new BodyRefused(400, `The body is no report: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? ''}`);
};

/** PUT /api/agent/report: what an agent tells of itself. Answers when it is kept. Whose it is, the token says and not the report. */
export const reportRoute =
  ({ log }: { log: EventLog }): FastifyPluginAsync =>
  async (app) => {
    app.removeContentTypeParser('text/plain');

    app.put('/api/agent/report', { bodyLimit: REPORT_BYTES }, async (request): Promise<ReportAnswer> => {
      const { machine, owner, formerNames } = senderOf(request);
      const report = { ...parseReport(request.body), machine, owner };
      const now = Date.now();
      await orUnavailable(
        log.saveMachine({ report, receivedAt: now, ...(formerNames ? { formerNames: [...formerNames] } : {}) }),
        'The log can not be written now. Report again later.',
      );
      return { now };
    });
  };
