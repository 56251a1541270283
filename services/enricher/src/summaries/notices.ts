import type { Notices } from '../notices.ts';
import { type BudgetLimits, nextDay } from './budget.ts';

/** What the board says of its summaries, in one line. */
export interface SummaryNotices {
  allWell(): void;
  /** The model does not answer at the moment. Said once that lasts. */
  busy(reason: string): void;
  /** The model can't be used until somebody changes its settings. */
  unusable(reason: string): void;
  budgetSpent(limits: BudgetLimits): void;
}

/** A model that is away for less is no matter for people, in ms. */
const LASTING_MS = 2 * 60_000;

export const createSummaryNotices = (notices: Notices, now: () => number): SummaryNotices => {
  let busySince: number | null = null;
  const warn = (says: string, until?: number): void => notices.say('summaries', { level: 'warning', says }, until);

  return {
    allWell() {
      busySince = null;
      notices.say('summaries', null);
    },
    busy(reason) {
      busySince ??= now();
      if (now() - busySince >= LASTING_MS) {
        notices.say('summaries', { level: 'info', says: `Summaries wait: the model ${reason}.` });
      }
    },
    unusable: (reason) => warn(`Summaries are the sessions’ own words: ${reason}.`),
    budgetSpent: ({ usd, calls }) =>
      warn(
        `Summaries are the sessions’ own words until tomorrow (UTC): the day’s budget of $${usd} or ${calls} calls is spent.`,
        nextDay(now()),
      ),
  };
};

/** For a board whose sessions would be summed up by a model if there were a key. */
export const sayKeyIsMissing = (notices: Notices): void =>
  notices.say('summaries', {
    level: 'info',
    says: 'Summaries are the sessions’ own words: no key for a model is set (ANTHROPIC_API_KEY).',
  });
