import type { TokenCount } from './card.ts';

interface Model {
  /** USD for a million tokens. What is written to the cache costs 1.25 times the input, kept for an hour twice. */
  input: number;
  output: number;
  cacheRead: number;
  /** Tokens that the context holds. */
  window: number;
}

const MILLION = 1_000_000;

/**
 * List prices of November 2026 (platform.claude.com, "Models & pricing"; the rates of Opus 5.5 agree with the client's own totals).
 * The first prefix that fits holds. Haiku 5.5 costs five times as much beyond 100,000 tokens of prompt: totals by model don't
 * show that, so its estimate is the least that it can be.
 */
const MODELS: readonly (readonly [prefix: string, model: Model])[] = [
  ['claude-fable-5-2', { input: 8, output: 40, cacheRead: 0.2, window: MILLION }],
  ['claude-fable-5-1', { input: 10, output: 50, cacheRead: 0.25, window: MILLION }],
  ['claude-fable-5', { input: 10, output: 50, cacheRead: 1, window: MILLION }],
  ['claude-opus-5-5', { input: 4, output: 20, cacheRead: 0.2, window: MILLION }],
  ['claude-opus-5', { input: 5, output: 25, cacheRead: 0.5, window: MILLION }],
  ['claude-opus-4-1', { input: 15, output: 75, cacheRead: 1.5, window: 200_000 }],
  ['claude-opus-4-2025', { input: 15, output: 75, cacheRead: 1.5, window: 200_000 }],
  ['claude-opus-4', { input: 5, output: 25, cacheRead: 0.5, window: 200_000 }],
  ['claude-sonnet-5-5', { input: 2, output: 10, cacheRead: 0.1, window: MILLION }],
  ['claude-sonnet-5', { input: 2, output: 10, cacheRead: 0.2, window: MILLION }],
  ['claude-sonnet-4', { input: 3, output: 15, cacheRead: 0.3, window: 200_000 }],
  ['claude-haiku-5-5', { input: 0.1, output: 0.5, cacheRead: 0.01, window: MILLION }],
  ['claude-haiku-4-5', { input: 1, output: 5, cacheRead: 0.1, window: 200_000 }],
];

const CACHE_WRITE = 1.25;
const CACHE_WRITE_1H = 2;
const LARGE = '[1m]';

const modelOf = (name: string): Model | undefined => MODELS.find(([prefix]) => name.startsWith(prefix))?.[1];

/** How many tokens the model's context holds; null for a model that is not in the table. */
export const contextWindowOf = (name: string): number | null =>
  name.endsWith(LARGE) ? MILLION : (modelOf(name)?.window ?? null);

type Used = Omit<TokenCount, 'cacheWrite1h'> & { cacheWrite1h?: number | undefined };

/** What tokens of one model cost by the price table, in USD; null where it is not in it. */
export const usdOf = (
  name: string,
  { input, output, cacheRead, cacheWrite, cacheWrite1h = 0 }: Used,
): number | null => {
  const model = modelOf(name);
  if (!model) return null;
  const written = (cacheWrite - cacheWrite1h) * CACHE_WRITE + cacheWrite1h * CACHE_WRITE_1H;
  return (input * model.input + output * model.output + cacheRead * model.cacheRead + written * model.input) / MILLION;
};

/** The same of many; null where a model among them is not in the table. */
export const estimateUsd = (tokens: Readonly<Record<string, TokenCount>>): number | null => {
  let sum = 0;
  for (const [name, used] of Object.entries(tokens)) {
    const usd = usdOf(name, used);
    if (usd === null) return null;
    sum += usd;
  }
  return sum;
};
