import { type Card, usdOf } from '@crewboard/contract';
import type { Logger } from '@crewboard/runtime';
import { ANSWER_TOKENS, parseAnswer } from './answer.ts';
import type { Budget } from './budget.ts';
import type { Said } from './extract.ts';
import type { SummaryMetrics } from './metrics.ts';
import type { Reply, SummaryModel } from './model.ts';
import type { SummaryNotices } from './notices.ts';
import { PROMPT_TOKENS, type SummaryPrompt } from './prompt.ts';

export type Told =
  | { kind: 'said'; said: Said }
  /** It had nothing to say that could be used: it would have no more the next time. */
  | { kind: 'declined' }
  /** To be asked again, in ms since 1970. */
  | { kind: 'later'; at: number };

/** A model within its budget, and with patience for it. */
export interface Teller {
  /** What a model says of a session; `undefined` where none can be asked for a good while. */
  tell(card: Card, prompt: SummaryPrompt, signal: AbortSignal): Promise<Told | undefined>;
}

export interface TellerDeps {
  model: SummaryModel;
  budget: Budget;
  notices: SummaryNotices;
  metrics: SummaryMetrics;
  logger: Logger;
  now: () => number;
}

/** Nobody waits longer for a model, in ms: the session's own words have to do then. */
const PATIENCE_MS = 2 * 60_000;
/** A key, an address or a model that is wrong is tried again after so long, in ms. */
const UNUSABLE_MS = 10 * 60_000;
/** A model that does not say for how long it is busy, in ms: twice as long each time. */
const BUSY_MS = 15_000;
const LONGEST_BUSY_MS = 10 * 60_000;
/** Looked at again while the first question to one that was busy is not answered, in ms. */
const PROBE_MS = 1_000;
/** What one question costs at most for a model that is in no price list, in USD. */
const UNKNOWN_USD = 0.05;

export const createTeller = ({ model, budget, notices, metrics, logger, now }: TellerDeps): Teller => {
  const most = { input: 0, output: ANSWER_TOKENS, cacheRead: 0, cacheWrite: PROMPT_TOKENS, cacheWrite1h: 0 };
  const mostUsd = usdOf(model.name, most) ?? UNKNOWN_USD;
  /** Nothing is asked before, in ms since 1970. */
  let closedUntil = 0;
  let busyInARow = 0;
  /** One that was busy is asked one thing first. */
  let isProbing = false;

  const afterABreak = (): Told | undefined =>
    closedUntil - now() > PATIENCE_MS ? undefined : { kind: 'later', at: closedUntil };

  const costOf = (reply: Reply): number => {
    if ('used' in reply) return usdOf(model.name, reply.used) ?? mostUsd;
    return reply.kind === 'answerless' ? mostUsd : 0;
  };

  const heed = (reply: Reply, card: Card): Told | undefined => {
    switch (reply.kind) {
      case 'answered': {
        busyInARow = 0;
        notices.allWell();
        const said = parseAnswer(reply.text, card);
        if (said) return { kind: 'said', said };
        logger.warn({ sessionId: card.sessionId }, 'a model’s answer can not be used');
        return { kind: 'declined' };
      }
      case 'busy':
      case 'answerless': {
        const afterMs = ('afterMs' in reply ? reply.afterMs : null) ?? BUSY_MS * 2 ** Math.min(busyInARow, 10);
        // Of several that come back busy at once the first one counts.
        if (now() >= closedUntil) busyInARow += 1;
        closedUntil = Math.max(closedUntil, now() + Math.min(afterMs, LONGEST_BUSY_MS));
        notices.busy(reply.reason);
        return afterABreak();
      }
      case 'unusable':
        closedUntil = now() + UNUSABLE_MS;
        notices.unusable(reply.reason);
        logger.error({ reason: reply.reason }, 'no summaries by a model');
        return undefined;
      case 'declined':
      case 'rejected':
        busyInARow = 0;
        logger.warn({ sessionId: card.sessionId, reason: reply.reason }, 'no summary by a model');
        return { kind: 'declined' };
    }
  };

  const ask = async (card: Card, prompt: SummaryPrompt, signal: AbortSignal): Promise<Told | undefined> => {
    const reservation = await budget.reserve(mostUsd);
    if (!reservation) {
      notices.budgetSpent(budget.limits);
      return undefined;
    }
    const reply = await model.ask(prompt, signal);
    await reservation.settle(costOf(reply));
    metrics.asked(reply);
    return heed(reply, card);
  };

  return {
    async tell(card, prompt, signal) {
      if (now() < closedUntil) return afterABreak();
      if (busyInARow === 0) return ask(card, prompt, signal);
      if (isProbing) return { kind: 'later', at: now() + PROBE_MS };
      isProbing = true;
      try {
        return await ask(card, prompt, signal);
      } finally {
        isProbing = false;
      }
    },
  };
};
