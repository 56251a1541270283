import type { Records } from '@crewboard/records';
import type { Logger, Registry } from '@crewboard/runtime';
import picomatch from 'picomatch';
import type { Notices } from '../notices.ts';
import { createBudget } from './budget.ts';
import { createSummaryMemory } from './memory.ts';
import { createSummaryMetrics } from './metrics.ts';
import { createSummaryNotices, sayKeyIsMissing } from './notices.ts';
import type { SummarySettings } from './settings.ts';
import { createSummarizer, type Summarizer, type SummarizerDeps } from './summarizer.ts';
import { createTeller, type Teller } from './teller.ts';

export interface SummariesDeps {
  log: SummarizerDeps['log'];
  records: Records;
  notices: Notices;
  /** Names this process among the replicas. */
  consumer: string;
  logger: Logger;
  registry: Registry;
  now?: () => number;
}

/** What makes the summarizer that the settings ask for; `undefined` where no sessions are summed up. */
export const summariesOf = async (
  settings: SummarySettings,
  deps: SummariesDeps,
): Promise<((hears: Pick<SummarizerDeps, 'done' | 'setAside'>) => Summarizer) | undefined> => {
  const { log, records, consumer, logger, notices, now = Date.now } = deps;
  if (settings.CREWBOARD_SUMMARIES === 'off') {
    notices.say('summaries', null);
    return undefined;
  }
  const teller = await tellerOf(settings, deps);
  const memory = createSummaryMemory(records, consumer, now);
  const isOptedOut = optOut(settings.CREWBOARD_SUMMARY_OPT_OUT);
  return (hears) => createSummarizer({ log, memory, teller, isOptedOut, logger, now, ...hears });
};

const tellerOf = async (settings: SummarySettings, deps: SummariesDeps): Promise<Teller | undefined> => {
  const { records, notices, logger, registry, now = Date.now } = deps;
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl, CREWBOARD_SUMMARIES: mode } = settings;
  if (mode === 'extract' || apiKey === undefined) {
    if (mode === 'extract') notices.say('summaries', null);
    else sayKeyIsMissing(notices);
    return undefined;
  }
  // The SDK is loaded where it is used.
  const { createSummaryModel } = await import('./model.ts');
  const limits = { usd: settings.CREWBOARD_SUMMARY_BUDGET_USD, calls: settings.CREWBOARD_SUMMARY_CALLS };
  const summaryNotices = createSummaryNotices(notices, now);
  // What an earlier run said may not hold any more.
  summaryNotices.allWell();
  return createTeller({
    model: createSummaryModel({ apiKey, baseUrl, model: settings.CREWBOARD_SUMMARY_MODEL }),
    budget: createBudget(records, limits, now),
    notices: summaryNotices,
    metrics: createSummaryMetrics(registry),
    logger,
    now,
  });
};

/** By the name that people know, and by the whole one. Hosts ignore case. */
const optOut = (globs: readonly string[]): SummarizerDeps['isOptedOut'] => {
  if (globs.length === 0) return () => false;
  const matches = picomatch([...globs], { nocase: true, dot: true });
  return ({ repo, remote }) => matches(repo) || (remote !== null && matches(remote));
};
