import type { EventOf } from '@crewboard/contract';
import type { Model } from './cast.ts';
import type { Random } from './random.ts';

const CONTEXT_LIMIT = 880_000;
const CONTEXT_AFTER_COMPACTION = 42_000;

/** Counts what one invented session spends. */
export const createMeter = (model: Model, random: Random) => {
  let contextTokens = random.int(48_000, 420_000);
  let costUsd = 0;
  let linesAdded = 0;
  let linesRemoved = 0;
  return {
    /** One message of the model. */
    message: (): EventOf<'TokensUsed'>['data'] => {
      const use = {
        input: random.int(3, 60),
        output: random.int(80, 1_400),
        cacheRead: contextTokens,
        cacheWrite: random.int(800, 14_000),
      };
      contextTokens += use.cacheWrite + use.output;
      const { input, output, cacheRead, cacheWrite } = use;
      costUsd +=
        (input * model.input + output * model.output + cacheRead * model.cacheRead + cacheWrite * model.cacheWrite) /
        1e6;
      return { messageId: `msg_${random.hex(24)}`, model: model.name, ...use };
    },
    edit: (): void => {
      linesAdded += random.int(1, 48);
      linesRemoved += random.int(0, 22);
    },
    isFull: (): boolean => contextTokens > CONTEXT_LIMIT,
    /** Tokens before and after. */
    compact: (): { tokensBefore: number; tokensAfter: number } => {
      const tokensBefore = contextTokens;
      contextTokens = CONTEXT_AFTER_COMPACTION;
      return { tokensBefore, tokensAfter: contextTokens };
    },
    totals: (): EventOf<'CostReported'>['data'] => ({
      costUsd: Math.round(costUsd * 1e4) / 1e4,
      linesAdded,
      linesRemoved,
    }),
  };
};
