import { describe, expect, it } from 'vitest';
import { says, startStubModel } from '../../test/stub-model.ts';
import { createSummaryModel } from './model.ts';

const prompt = { system: 'Sum it up', turns: ['What was said'], now: 'It waits', hash: 'one' };
const ask = (url: string) =>
  createSummaryModel({ apiKey: 'key', baseUrl: url, model: 'claude-sonnet-5-5' }).ask(
    prompt,
    new AbortController().signal,
  );

const messageUsing = (usage: unknown) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'stub',
  content: [{ type: 'text', text: 'an answer' }],
  stop_reason: 'end_turn',
  usage,
});

describe('a model', () => {
  it('answers, and says how many tokens that took', async () => {
    const stub = await startStubModel();
    stub.script(says());
    expect(await ask(stub.url)).toMatchObject({ kind: 'answered', used: { input: expect.any(Number) } });
  });

  it.each([
    ['in words', { input_tokens: 'many', output_tokens: 20 }],
    ['below zero', { input_tokens: -5, output_tokens: 20 }],
    ['beyond all bounds', { input_tokens: 1e308, output_tokens: 20 }],
    ['not at all', undefined],
  ])('that counts its tokens %s gave no answer: they are what a budget is spent by', async (_how, usage) => {
    const stub = await startStubModel();
    stub.script((_asked, reply) => reply.send(200, messageUsing(usage)));
    expect(await ask(stub.url)).toEqual({ kind: 'rejected', reason: expect.any(String) });
  });
});
