import Anthropic, { APIConnectionError, APIError, AuthenticationError, PermissionDeniedError } from '@anthropic-ai/sdk';
import type { TokenCount } from '@crewboard/contract';
import { z } from 'zod';
import { ANSWER_SCHEMA, ANSWER_TOKENS } from './answer.ts';
import type { SummaryPrompt } from './prompt.ts';

/** What became of one question to a model. */
export type Reply =
  | { kind: 'answered'; text: string; used: TokenCount }
  /** The model refused, or broke off: asking the same again brings the same. */
  | { kind: 'declined'; reason: string; used: TokenCount }
  /** It can't answer now, whatever is asked: not before `afterMs`, where it said so. */
  | { kind: 'busy'; reason: string; afterMs: number | null }
  /** Nothing came back: whether it was billed is not known. */
  | { kind: 'answerless'; reason: string }
  /** This request is not taken: nothing is wrong with others. */
  | { kind: 'rejected'; reason: string }
  /** The key, the address or the model is wrong: nothing is answered until somebody changes that. */
  | { kind: 'unusable'; reason: string };

export interface SummaryModel {
  readonly name: string;
  ask(prompt: SummaryPrompt, signal: AbortSignal): Promise<Reply>;
}

export interface SummaryModelOptions {
  apiKey: string;
  /** Of a gateway in front of the API, or of another place that speaks it. */
  baseUrl?: string | undefined;
  model: string;
  timeoutMs?: number;
}

const TIMEOUT_MS = 45_000;
/** Models that think more or less as they are told. One line needs little. */
const TAKES_EFFORT = /^claude-[a-z]+-5/;

const tokens = z.number().int().nonnegative();
/** The SDK types an answer and checks none of it, and what is used is counted against a budget. */
const usageSchema = z
  .object({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: tokens.nullish(),
    cache_creation_input_tokens: tokens.nullish(),
  })
  .transform(
    (usage): TokenCount => ({
      input: usage.input_tokens,
      output: usage.output_tokens,
      cacheRead: usage.cache_read_input_tokens ?? 0,
      cacheWrite: usage.cache_creation_input_tokens ?? 0,
      cacheWrite1h: 0,
    }),
  );

/** Claude through its API. Never retries by itself: whoever asks knows what else is to be asked. */
export const createSummaryModel = (options: SummaryModelOptions): SummaryModel => {
  const { apiKey, baseUrl, model, timeoutMs = TIMEOUT_MS } = options;
  const client = new Anthropic({ apiKey, baseURL: baseUrl ?? null, maxRetries: 0, timeout: timeoutMs });

  return {
    name: model,
    ask: async (prompt, signal) => {
      try {
        const message = await client.messages.create(requestOf(model, prompt), { signal });
        const used = usageSchema.parse(message.usage);
        const text = message.content.flatMap((block) => (block.type === 'text' ? block.text : [])).join('');
        if (message.stop_reason === 'refusal') return { kind: 'declined', reason: 'the model refused', used };
        if (message.stop_reason === 'max_tokens') return { kind: 'declined', reason: 'the answer was cut off', used };
        return { kind: 'answered', text, used };
      } catch (error) {
        signal.throwIfAborted();
        return failureOf(error, model);
      }
    },
  };
};

/** The beginning that stays the same is marked, so that it is read from the cache the next time. */
const requestOf = (model: string, { system, turns, now }: SummaryPrompt): Anthropic.MessageCreateParamsNonStreaming => {
  const cached = { cache_control: { type: 'ephemeral' as const } };
  const stable = turns.length - 2;
  return {
    model,
    max_tokens: ANSWER_TOKENS,
    system: [{ type: 'text', text: system, ...cached }],
    messages: [
      {
        role: 'user',
        content: [
          ...turns.map((text, index) => ({ type: 'text' as const, text, ...(index === stable ? cached : {}) })),
          { type: 'text', text: `How the session stands now:\n${now}` },
        ],
      },
    ],
    output_config: {
      format: { type: 'json_schema', schema: ANSWER_SCHEMA },
      ...(TAKES_EFFORT.test(model) ? { effort: 'low' as const } : {}),
    },
  };
};

const failureOf = (error: unknown, model: string): Reply => {
  if (error instanceof AuthenticationError) return { kind: 'unusable', reason: 'the key is refused (401)' };
  if (error instanceof PermissionDeniedError)
    return { kind: 'unusable', reason: 'the key may not be used for this (403)' };
  if (error instanceof APIConnectionError) return { kind: 'answerless', reason: 'can not be reached' };
  if (error instanceof APIError && typeof error.status === 'number') {
    const { status } = error;
    if (status === 404) return { kind: 'unusable', reason: `there is no model ${model} (404)` };
    if (status === 408 || status === 409 || status === 429 || status >= 500) {
      return { kind: 'busy', reason: `is busy (${status})`, afterMs: afterMsOf(error.headers?.get('retry-after')) };
    }
    return { kind: 'rejected', reason: `does not take the request (${status})` };
  }
  // What the SDK can't read: an answer that is no message.
  return { kind: 'rejected', reason: error instanceof Error ? error.name : 'an answer that can not be read' };
};

/** Seconds or a date. */
const afterMsOf = (header: string | null | undefined): number | null => {
  if (!header) return null;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
};
