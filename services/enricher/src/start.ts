import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import type { Logger, Registry } from '@crewboard/runtime';
import { createNotices } from './notices.ts';
import type { PullRequestSettings } from './pull-requests/settings.ts';
import { pullRequestsOf } from './pull-requests/start.ts';
import { createEnricher } from './service.ts';
import type { SummarySettings } from './summaries/settings.ts';
import { summariesOf } from './summaries/start.ts';

export interface EnricherOptions {
  log: EventLog;
  /** Stay open when the enricher ends, as the log does. */
  records: Records;
  settings: SummarySettings & PullRequestSettings;
  logger: Logger;
  registry: Registry;
}

/** Finds out what each session is about and what became of it, until the signal. */
export const runEnricher = async (options: EnricherOptions, signal: AbortSignal): Promise<void> => {
  const { log, records, settings, logger, registry } = options;
  const consumer = `${hostname()}:${process.pid}:${randomUUID()}`;
  const notices = createNotices(records, logger, Date.now);
  const summarizer = await summariesOf(settings, { log, records, notices, consumer, logger, registry });
  const pullRequests = await pullRequestsOf(settings, { log, records, notices, holder: consumer, logger, registry });
  logger.info({ summaries: summarizer !== undefined, pullRequests: pullRequests !== undefined }, 'enriching');
  const enricher = createEnricher({ log, consumer, notices, summarizer, logger, registry });
  await Promise.all([enricher.run(signal), pullRequests?.run(signal)]);
  await notices.settled();
};
