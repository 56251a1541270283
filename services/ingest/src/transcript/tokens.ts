import { z } from 'zod';
import { countOf, isObject, type JsonObject, textOf } from '../json.ts';
import { nameOf } from '../privacy/texts.ts';
import type { FactOf } from './facts.ts';

type Tokens = FactOf<'TokensUsed'>['data'];

/** How many message ids are remembered. The rows of one message stand close together, parallel tool results between them. */
const REMEMBERED = 8;

const count = z.number().int().nonnegative();

export const tokenStateSchema = z.object({
  told: z.array(z.string()),
  held: z
    .object({
      messageId: z.string(),
      model: z.string(),
      input: count,
      output: count,
      cacheRead: count,
      cacheWrite: count,
      cacheWrite1h: count.optional(),
    })
    .nullable(),
});
export type TokenState = z.infer<typeof tokenStateSchema>;

export const noTokens: TokenState = { told: [], held: null };

/**
 * Counts the tokens of each message once, though every row of the message repeats them.
 *
 * Clients of today (2.1.98 and later) write the final figures and a `stop_reason` on each row: the first row tells them, at
 * once. Older ones wrote a placeholder with `stop_reason: null` on all rows but the last: those are held, each row
 * replacing the one before, until a row has a `stop_reason` or an entry of another kind or message ends the message.
 */
export const tokenFacts = (
  state: TokenState,
  message: JsonObject,
): { state: TokenState; released: Tokens | null; told: Tokens | null } => {
  const tokens = tokensOf(message);
  if (!tokens || state.told.includes(tokens.messageId)) return { ...releaseHeld(state), told: null };
  const isSame = state.held?.messageId === tokens.messageId;
  const { state: rest, released } = isSame ? { state: { ...state, held: null }, released: null } : releaseHeld(state);
  return typeof message.stop_reason === 'string'
    ? { state: { told: remember(rest.told, tokens.messageId), held: null }, released, told: tokens }
    : { state: { ...rest, held: tokens }, released, told: null };
};

/** Ends the message that is held back, if there is one. */
export const releaseHeld = (state: TokenState): { state: TokenState; released: Tokens | null } =>
  state.held
    ? { state: { told: remember(state.told, state.held.messageId), held: null }, released: state.held }
    : { state, released: null };

const remember = (told: readonly string[], messageId: string): string[] => [...told, messageId].slice(-REMEMBERED);

const tokensOf = (message: JsonObject): Tokens | undefined => {
  const messageId = textOf(message.id);
  const model = textOf(message.model);
  if (!messageId || !model || model === '<synthetic>' || !isObject(message.usage)) return undefined;
  const { usage } = message;
  const cacheWrite1h = isObject(usage.cache_creation) ? countOf(usage.cache_creation.ephemeral_1h_input_tokens) : 0;
  return {
    messageId: nameOf(messageId),
    model: nameOf(model),
    input: countOf(usage.input_tokens),
    output: countOf(usage.output_tokens),
    cacheRead: countOf(usage.cache_read_input_tokens),
    cacheWrite: countOf(usage.cache_creation_input_tokens),
    ...(cacheWrite1h > 0 ? { cacheWrite1h } : {}),
  };
};
