import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import type { Logger, Registry } from '@crewboard/runtime';
import type { Notices } from '../notices.ts';
import { createPullRequestNotices } from './notices.ts';
import type { PullRequests } from './pull-requests.ts';
import { hostOfApi } from './remote.ts';
import { apiUrlOf, credentialsOf, type PullRequestSettings } from './settings.ts';

export interface PullRequestsStart {
  log: EventLog;
  records: Records;
  notices: Notices;
  /** Names this process among the replicas. */
  holder: string;
  logger: Logger;
  registry: Registry;
}

/** What looks pull requests up by these settings; `undefined` where none are looked up. */
export const pullRequestsOf = async (
  settings: PullRequestSettings,
  { log, records, notices, holder, logger, registry }: PullRequestsStart,
): Promise<PullRequests | undefined> => {
  const pullRequestNotices = createPullRequestNotices(notices);
  pullRequestNotices.pause(null);
  if (settings.CREWBOARD_PULL_REQUESTS === 'off') return undefined;
  const credentials = credentialsOf(settings);
  if (!credentials) {
    pullRequestNotices.withoutCredentials();
    return undefined;
  }
  // The client is loaded where it is used.
  const [{ createHost }, { createHostMetrics }, { createPullRequests }] = await Promise.all([
    import('./host.ts'),
    import('./metrics.ts'),
    import('./pull-requests.ts'),
  ]);
  const apiUrl = apiUrlOf(settings);
  const host = createHost({ credentials, apiUrl, asked: createHostMetrics(registry), now: Date.now });
  return createPullRequests({
    log,
    records,
    host,
    hostName: hostOfApi(apiUrl),
    holder,
    notices: pullRequestNotices,
    logger,
  });
};
