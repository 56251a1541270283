import type { Notices } from '../notices.ts';
import type { BudgetLimits } from './budget.ts';

/** What the board says of its summaries, in one line. */
export interface SummaryNotices {
  /** The model can't be used until somebody changes its settings. */
  readonly isUnusable: boolean;
  allWell(): void;
  busy(reason: string): void;
  unusable(reason: string): void;
  budgetSpent(limits: BudgetLimits): void;
}

export const createSummaryNotices = (notices: Notices, hasModel: boolean): SummaryNotices => {
  let isUnusable = false;
  const ok = (): void =>
    notices.say(
      'summaries',
      hasModel
        ? null
        : {
            level: 'info',
            says: 'Summaries are the sessions’ own words: no key for a model is set (ANTHROPIC_API_KEY).',
          },
    );
  ok();
  return {
    get isUnusable() {
      return isUnusable;
    },
    allWell() {
      isUnusable = false;
      ok();
    },
    busy: (reason) => notices.say('summaries', { level: 'info', says: `Summaries wait: the model ${reason}.` }),
    unusable(reason) {
      isUnusable = true;
      notices.say('summaries', { level: 'warning', says: `Summaries are the sessions’ own words: ${reason}.` });
    },
    budgetSpent: ({ usd, calls }) =>
      notices.say('summaries', {
        level: 'warning',
        says: `Summaries are the sessions’ own words until tomorrow (UTC): the day’s budget of $${usd} or ${calls} calls is spent.`,
      }),
  };
};
