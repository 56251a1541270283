import { Counter, type Registry } from '@crewboard/runtime';
import type { Reply } from './model.ts';

export interface SummaryMetrics {
  asked(reply: Reply): void;
}

export const createSummaryMetrics = (registry: Registry): SummaryMetrics => {
  const replies = new Counter({
    name: 'crewboard_summary_replies_total',
    help: 'What became of questions to the model',
    labelNames: ['kind'],
    registers: [registry],
  });
  const tokens = new Counter({
    name: 'crewboard_summary_tokens_total',
    help: 'Tokens that summaries took',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    asked(reply) {
      replies.inc({ kind: reply.kind });
      if (!('used' in reply)) return;
      for (const kind of ['input', 'output', 'cacheRead', 'cacheWrite'] as const)
        tokens.inc({ kind }, reply.used[kind]);
    },
  };
};
