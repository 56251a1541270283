import type { Card } from '@crewboard/contract';
import { z } from 'zod';
import { DOING_MAX, GOAL_MAX, NEEDED_MAX, neededBy, type Said } from './extract.ts';
import { plainLine } from './text.ts';

const answerSchema = z.object({ goal: z.string().nullable(), doing: z.string(), needed: z.string().nullable() });

/** An answer takes so many tokens at most, with room for what some models think before it. */
export const ANSWER_TOKENS = 1_500;

/** What a model has to answer, as JSON Schema. */
export const ANSWER_SCHEMA = {
  type: 'object',
  properties: {
    goal: { type: ['string', 'null'] },
    doing: { type: 'string' },
    needed: { type: ['string', 'null'] },
  },
  required: ['goal', 'doing', 'needed'],
  additionalProperties: false,
} as const;

/**
 * A model's answer as plain lines of bounded length, whatever it wrote; `undefined` where it is of another form or says nothing. What is needed
 * is told only while something is asked, and is never left out then.
 */
export const parseAnswer = (text: string, card: Card): Said | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const answer = answerSchema.safeParse(value).data;
  const doing = plainLine(answer?.doing ?? '', DOING_MAX);
  if (!answer || doing === '') return undefined;
  const [ask] = card.asks;
  const needed = plainLine(answer.needed ?? '', NEEDED_MAX) || neededBy(ask);
  return { goal: plainLine(answer.goal ?? '', GOAL_MAX) || null, doing, needed: ask ? needed : null };
};
