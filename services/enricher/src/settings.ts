export { type PullRequestSettings, pullRequestShape } from './pull-requests/settings.ts';
export { type SummarySettings, summaryShape } from './summaries/settings.ts';
