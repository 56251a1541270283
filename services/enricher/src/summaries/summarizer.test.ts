import { LogUnavailable } from '@crewboard/event-log';
import { describe, expect, test } from 'vitest';
import { fails, hangs, says, startStubModel, text } from '../../test/stub-model.ts';
import { aTurn, startSummarizing } from '../../test/summarizing.ts';

const MINUTE_MS = 60_000;
const resting = { status: 'waiting_for_input', prompts: 1 } as const;
const story = aTurn('Fix the tail reader.', 'I found it. The reader keeps the last line now.');

const open = async (env: Record<string, string> = {}) => {
  const model = await startStubModel();
  const at = await startSummarizing({ ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: model.url, ...env });
  return { model, at };
};

describe('with a model', () => {
  test('a burst of changes is one question, and the answer covers the newest', async () => {
    const { model, at } = await open();
    at.tell({ ...resting, now: 'a' }, story);
    at.tell({ ...resting, now: 'b' });
    const last = at.tell({ ...resting, now: 'c' });
    await at.wait(29_000);
    expect(model.asked).toHaveLength(0);
    await at.wait(1_000);
    expect(model.asked).toHaveLength(1);
    expect(at.written).toMatchObject([
      {
        summary: 'Reads the tail.',
        brief: { goal: 'Fix the reader', needed: null, askId: null, by: 'model', through: last.offset, at: at.now() },
      },
    ]);
    expect([...at.done]).toEqual(['1-0', '2-0', '3-0']);
    expect(await at.notices()).toEqual([]);
  });

  test('what means the same is not asked again, nor what reads the same', async () => {
    const { model, at } = await open();
    at.tell(resting, story);
    await at.wait(MINUTE_MS);
    at.tell({ ...resting, usage: { ...resting } as never });
    at.tell({ ...resting, status: 'working' });
    at.tell(resting);
    await at.wait(10 * MINUTE_MS);
    expect(model.asked).toHaveLength(1);
    expect(at.written).toHaveLength(1);
    expect(at.summarizer.waiting).toBe(0);
  });

  test('one that works is asked about every five minutes at most, and one that rests at once', async () => {
    const { model, at } = await open();
    at.tell({ status: 'working', prompts: 1 }, story.slice(0, 1));
    await at.wait(30_000);
    expect(model.asked).toHaveLength(1);
    at.tell({ status: 'working', prompts: 2 }, [...story, ...aTurn('Now the tests.', 'Soon.')]);
    await at.wait(4 * MINUTE_MS);
    expect(model.asked).toHaveLength(1);
    at.tell({ ...resting, prompts: 2 });
    await at.wait(30_000);
    expect(model.asked).toHaveLength(2);
  });

  test('the goal is handed on, and what is needed belongs to its ask', async () => {
    const { model, at } = await open();
    at.tell(resting, story);
    await at.wait(MINUTE_MS);
    model.script(says('Fix the reader', 'Wants to push.', 'Whether it may push to main'));
    const ask = { id: 'ask-7', kind: 'permission', tool: 'Bash', input: 'git push', since: 0, agentId: null } as const;
    at.tell({ status: 'waiting_for_approval', prompts: 1, asks: [ask], attention: ask });
    await at.wait(MINUTE_MS);
    expect(model.asked[1]?.text).toContain('"goalSoFar":"Fix the reader"');
    expect(at.written[1]?.brief).toMatchObject({ needed: 'Whether it may push to main', askId: 'ask-7' });
  });

  test('the beginning of what it reads stays, and is marked to be kept', async () => {
    const { model, at } = await open();
    const turns = (count: number) => Array.from({ length: count }, (_, n) => aTurn(`Step ${n}`, `Did ${n}.`)).flat();
    for (const count of [2, 3]) {
      at.tell({ ...resting, prompts: count }, turns(count));
      await at.wait(10 * MINUTE_MS);
    }
    const [first, second] = model.asked.map(({ messages }) => messages[0]?.content ?? []);
    expect(second?.slice(0, 2).map((block) => block.text)).toEqual(first?.slice(0, 2).map((block) => block.text));
    expect(second?.[1]?.cache_control).toBeDefined();
  });

  test.each([
    ['a refusal', text('', 'refusal')],
    ['an answer that was cut off', text('{"goal": "Fi', 'max_tokens')],
    ['an answer that is no JSON', text('Sure! Here is the summary')],
    ['an answer of another form', text('{"goal":1,"doing":["x"]}')],
    ['an answer that says nothing', text('{"goal":null,"doing":"  ","needed":null}')],
    ['a request that is not taken', fails(400, 'invalid_request_error')],
  ])('%s leaves its own words, and is asked once', async (_name, behaviour) => {
    const { model, at } = await open();
    model.script(behaviour);
    at.tell(resting, story);
    await at.wait(MINUTE_MS);
    expect(at.written).toMatchObject([{ summary: 'The reader keeps the last line now.', brief: { by: 'extract' } }]);
    at.tell({ ...resting, status: 'working' });
    at.tell(resting);
    await at.wait(10 * MINUTE_MS);
    expect(model.asked).toHaveLength(1);
  });

  test.each([
    ['429', 429, 'rate_limit_error'],
    ['529', 529, 'overloaded_error'],
    ['500', 500, 'api_error'],
  ])('after %s nobody asks before the time that it said', async (_name, status, type) => {
    const { model, at } = await open();
    model.script(fails(status, type, { 'retry-after': '70' }), says());
    at.tell(resting, story);
    await at.wait(30_000);
    at.tell({ ...resting, sessionId: 'another' }, story);
    for (let second = 0; second < 69; second++) await at.wait(1_000);
    expect(model.asked).toHaveLength(1);
    expect(at.written).toHaveLength(0);
    // The first one shows that it is back.
    await at.wait(1_000);
    await at.wait(1_000);
    expect(model.asked).toHaveLength(3);
    expect(at.written).toMatchObject([{ brief: { by: 'model' } }, { brief: { by: 'model' } }]);
  });

  test('one that is busy for long is asked less and less, and sessions tell in their own words', async () => {
    const { model, at } = await open();
    model.script(fails(529, 'overloaded_error'));
    for (let minute = 0; minute < 60; minute++) {
      for (let n = 0; n < 10; n++) at.tell({ ...resting, sessionId: `s${n}`, prompts: minute + 1 }, story);
      await at.wait(MINUTE_MS);
    }
    expect(model.asked.length).toBeLessThan(15);
    expect(at.written.length).toBeGreaterThan(300);
    expect(new Set(at.written.map(({ brief }) => brief.by))).toEqual(new Set(['extract']));
    expect(await at.notices()).toMatchObject([{ level: 'info', says: 'Summaries wait: the model is busy (529).' }]);
    model.script(says());
    at.tell({ ...resting, prompts: 99 }, story);
    await at.wait(15 * MINUTE_MS);
    at.tell({ ...resting, prompts: 100 }, story);
    await at.wait(15 * MINUTE_MS);
    expect(at.written.at(-1)?.brief.by).toBe('model');
    expect(await at.notices()).toEqual([]);
  });

  test.each([
    ['a wrong key', fails(401, 'authentication_error'), 'the key is refused (401)'],
    ['a key that may not', fails(403, 'permission_error'), 'the key may not be used for this (403)'],
    ['a wrong model', fails(404, 'not_found_error'), 'there is no model claude-sonnet-5-5 (404)'],
  ])('%s is said once, and tried again after a while', async (_name, behaviour, says) => {
    const { model, at } = await open();
    model.script(behaviour);
    for (let n = 0; n < 20; n++) at.tell({ ...resting, sessionId: `s${n}` }, story);
    await at.wait(MINUTE_MS);
    expect(model.asked.length).toBeLessThanOrEqual(4);
    expect(at.written).toHaveLength(20);
    expect(await at.notices()).toMatchObject([
      { subject: 'summaries', level: 'warning', says: `Summaries are the sessions’ own words: ${says}.` },
    ]);
    const before = model.asked.length;
    at.tell({ ...resting, prompts: 2 }, story);
    await at.wait(12 * MINUTE_MS);
    expect(model.asked.length).toBe(before + 1);
  });

  test('where nothing answers, sessions tell in their own words and nothing hangs', async () => {
    const at = await startSummarizing({ ANTHROPIC_API_KEY: 'sk-test', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' });
    at.tell(resting, story);
    for (let minute = 0; minute < 10; minute++) await at.wait(MINUTE_MS);
    expect(at.written).toMatchObject([{ brief: { by: 'extract' } }]);
    expect(at.summarizer.waiting).toBe(0);
  });

  test('the day’s budget is a hard stop that the board tells, until the next day', async () => {
    const { model, at } = await open({ CREWBOARD_SUMMARY_CALLS: '3' });
    for (let n = 0; n < 9; n++) at.tell({ ...resting, sessionId: `s${n}` }, story);
    await at.wait(MINUTE_MS);
    expect(model.asked).toHaveLength(3);
    expect(at.written.map(({ brief }) => brief.by).sort()).toEqual([
      ...Array(6).fill('extract'),
      ...Array(3).fill('model'),
    ]);
    expect((await at.notices())[0]?.says).toContain('the day’s budget of $30 or 3 calls is spent');
    await at.wait(24 * 60 * MINUTE_MS);
    expect(await at.notices()).toEqual([]);
    at.tell({ ...resting, prompts: 2 }, story);
    await at.wait(MINUTE_MS);
    expect(model.asked).toHaveLength(4);
  });

  test('money counts as calls do', async () => {
    const { model, at } = await open({ CREWBOARD_SUMMARY_BUDGET_USD: '0.05' });
    for (let n = 0; n < 50; n++) {
      at.tell({ ...resting, sessionId: `s${n}` }, story);
      await at.wait(MINUTE_MS);
    }
    const spent = await at.spent();
    expect(spent.calls).toBe(model.asked.length);
    expect(model.asked.length).toBeGreaterThan(1);
    expect(model.asked.length).toBeLessThan(50);
    expect(spent.usd).toBeLessThanOrEqual(0.05);
  });

  test('nothing of an opted-out repository, an old or an ended session is sent', async () => {
    const { model, at } = await open({ CREWBOARD_SUMMARY_OPT_OUT: 'acme/pay*, github.com/secret/**' });
    at.tell({ ...resting, sessionId: 'a', repo: 'acme/Payroll' }, story);
    at.tell({ ...resting, sessionId: 'b', repo: 'x', remote: 'github.com/secret/x' }, story);
    at.tell({ ...resting, sessionId: 'c', lastActivityAt: at.now() - 7 * 60 * MINUTE_MS }, story);
    at.tell({ ...resting, sessionId: 'd', status: 'idle', ended: true }, story);
    await at.wait(MINUTE_MS);
    expect(model.asked).toEqual([]);
    expect(at.written.map(({ sessionId, brief }) => `${sessionId} ${brief.by}`).sort()).toEqual(
      ['a', 'b', 'c', 'd'].map((id) => `${id} extract`),
    );
  });

  test('a session that ends keeps the summary of its last turn', async () => {
    const { at } = await open();
    at.tell(resting, story);
    await at.wait(MINUTE_MS);
    at.tell({ ...resting, status: 'idle', ended: true });
    await at.wait(MINUTE_MS);
    expect(at.written).toMatchObject([{ brief: { by: 'model' } }]);
  });

  test('a slow model is given up after its time', async () => {
    const { createSummaryModel } = await import('./model.ts');
    const stub = await startStubModel();
    stub.script(hangs);
    const model = createSummaryModel({ apiKey: 'k', baseUrl: stub.url, model: 'claude-sonnet-5-5', timeoutMs: 200 });
    const prompt = { system: 's', turns: ['t'], now: 'n', hash: 'h' };
    expect(await model.ask(prompt, new AbortController().signal)).toMatchObject({ kind: 'answerless' });
    expect(stub.asked).toHaveLength(1);
  });
});

test('without a key each tells in its own words, soon, and the board says why', async () => {
  const at = await startSummarizing({});
  at.tell(resting, story);
  await at.wait(2_000);
  expect(at.written).toMatchObject([{ summary: 'The reader keeps the last line now.', brief: { by: 'extract' } }]);
  expect(await at.notices()).toMatchObject([{ level: 'info', says: expect.stringContaining('ANTHROPIC_API_KEY') }]);
  await at.wait(24 * 60 * MINUTE_MS);
});

test('who asks for own words is told nothing, and sends nothing', async () => {
  const model = await startStubModel();
  const env = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: model.url, CREWBOARD_SUMMARIES: 'extract' };
  const at = await startSummarizing(env);
  at.tell(resting, story);
  await at.wait(MINUTE_MS);
  expect(at.written).toHaveLength(1);
  expect(model.asked).toEqual([]);
  expect(await at.notices()).toEqual([]);
});

test('of two replicas one asks, and an older change replaces nothing', async () => {
  const { model, at } = await open();
  const other = await at.replica('two');
  const older = at.entryOf({ type: 'CardRemoved', sessionId: 'nobody' } as never);
  const { change } = at.tell({ ...resting, prompts: 2 }, story);
  if (change.type !== 'CardChanged') throw new Error('no card');
  other.summarizer.take({
    ...older,
    change: { ...change, offset: older.offset, card: { ...change.card, prompts: 1 } },
  });
  await at.wait(30_000);
  other.summarizer.tick(new AbortController().signal);
  await other.summarizer.settled();
  expect(model.asked).toHaveLength(1);
  expect(at.written).toHaveLength(1);
  expect(at.done).toContain(older.offset);
});

test('a store that is away is waited for; a session that fails by itself is set aside after five tries', async () => {
  const at = await startSummarizing({});
  at.failWith(new LogUnavailable('away'));
  at.tell(resting, story);
  for (let n = 0; n < 20; n++) await at.wait(6_000);
  expect(at.aside).toEqual([]);
  expect(at.summarizer.waiting).toBe(1);
  at.failWith(new Error('broken'));
  for (let n = 0; n < 20; n++) await at.wait(6_000);
  expect(at.aside).toEqual(['could not be summed up in 5 tries']);
  expect(at.summarizer.waiting).toBe(0);
  at.failWith(undefined);
});

test('a session that is gone is forgotten', async () => {
  const { at } = await open();
  at.tell(resting, story);
  await at.wait(MINUTE_MS);
  expect(await at.records.list('summary')).toHaveLength(1);
  at.summarizer.take(at.entryOf({ type: 'CardRemoved', sessionId: at.written[0]?.sessionId ?? '' } as never));
  await at.run();
  expect(await at.records.list('summary')).toEqual([]);
});
