import { aBrief, aPullRequest, aSession, aUsage } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { anAgent, anAsk, asking } from './testing.ts';
import {
  checksInWords,
  connectionInWords,
  contextInWords,
  contextPercent,
  cost,
  costInWords,
  costLabel,
  isWithheld,
  modelName,
  neededFor,
  nowLine,
  pageTitle,
  shortName,
  titleOf,
  tokenCount,
  webAddress,
} from './wording.ts';

test.each([
  ['claude-opus-5-5', 'Opus 5.5'],
  ['claude-sonnet-4', 'Sonnet 4'],
  ['claude-opus-5-5[1m]', 'Opus 5.5'],
  ['claude-3-5-haiku-20241022', 'Haiku 3.5'],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'Sonnet 4.5'],
  ['claude-3-5-sonnet-latest', 'Sonnet 3.5'],
  ['gpt-oss-120b', 'gpt-oss-120b'],
  ['', ''],
])('calls the model %s %s', (model, name) => {
  expect(modelName(model)).toBe(name);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1k'],
  [128_400, '128k'],
  [999_600, '1.0M'],
  [1_240_000, '1.2M'],
])('says %i tokens as %s', (tokens, said) => {
  expect(tokenCount(tokens)).toBe(said);
});

test.each([
  [0, '$0.00'],
  [3.184, '$3.18'],
  [99.5, '$99.50'],
  [140.6, '$141'],
])('says a cost of %f as %s', (usd, said) => {
  expect(cost(usd)).toBe(said);
});

test('says whose figure a cost is', () => {
  const client = aUsage({ costUsd: 3.18, costBy: 'client' });
  expect([costLabel(client), costInWords(client)]).toEqual(['$3.18', '$3.18, the client’s own figure']);
  const estimate = aUsage({ costUsd: 3.18, costBy: 'estimate' });
  expect([costLabel(estimate), costInWords(estimate)]).toEqual([
    '$3.18 est.',
    '$3.18, estimated: tokens times list prices',
  ]);
  expect([costLabel(aUsage({})), costInWords(aUsage({}))]).toEqual([null, null]);
});

test('says how full the context is, where its size is known', () => {
  const known = aUsage({ contextTokens: 126_400, contextWindow: 200_000 });
  expect(contextPercent(known)).toBe(63);
  expect(contextInWords(known)).toBe('126,400 of 200,000 tokens, 63%');
  const unknown = aUsage({ contextTokens: 126_400 });
  expect(contextPercent(unknown)).toBeNull();
  expect(contextInWords(unknown)).toBe('126,400 tokens');
});

describe('the line of now', () => {
  test('is what a working session does', () => {
    expect(nowLine(aSession({ now: 'Bash: npm test', summary: 'Tests the reader' }))).toBe('Bash: npm test');
  });

  test('is what came of it once the turn is over', () => {
    const session = aSession({ status: 'waiting_for_input', now: 'Bash: npm test', summary: 'All tests pass' });
    expect(nowLine(session)).toBe('All tests pass');
    expect(nowLine({ ...session, summary: null })).toBe('Bash: npm test');
  });

  test('is its newest word until that is summed up too', () => {
    const session = aSession({ status: 'waiting_for_input', now: 'All green again', summary: 'Two tests fail' });
    const brief = aBrief({ at: session.lastActivityAt - 1 });
    expect(nowLine({ ...session, brief })).toBe('All green again');
    expect(nowLine({ ...session, brief: { ...brief, at: session.lastActivityAt } })).toBe('Two tests fail');
  });

  test('leaves out what the ask already says', () => {
    const session = aSession({
      now: 'Bash: git push',
      ...asking(anAsk()),
    });
    expect(nowLine(session)).toBeNull();
    expect(nowLine({ ...session, summary: 'Wants to publish' })).toBe('Wants to publish');
  });

  test('leaves out what one of its agents does', () => {
    expect(nowLine(aSession({ now: 'Reading src/tail.ts', subagents: [anAgent()] }))).toBeNull();
  });

  test('leaves out a repetition of the title', () => {
    expect(nowLine(aSession({ title: 'Fix it', now: 'Fix it' }))).toBeNull();
  });
});

describe('the connection', () => {
  const since = new Date(2026, 0, 5, 14, 3).getTime();

  test('is one word while all is well', () => {
    expect(connectionInWords({ kind: 'live', since }, since)).toEqual({ steady: 'Live', countdown: '' });
  });

  test('tells since when it is lost and counts down to the next try', () => {
    const state = { kind: 'offline', since, nextTryAt: since + 5_000, reason: 'lost' } as const;
    expect(connectionInWords(state, since + 200)).toEqual({
      steady: 'Not connected since 14:03.',
      countdown: 'Trying again in 5 s.',
    });
    expect(connectionInWords(state, since + 9_000).countdown).toBe('Trying again in 1 s.');
    expect(connectionInWords({ ...state, nextTryAt: null }, since).countdown).toBe('Trying again…');
  });

  test('says that a page is older or newer than its server', () => {
    const state = { kind: 'offline', since, nextTryAt: null, reason: 'unreadable' } as const;
    expect(connectionInWords(state, since).steady).toContain('Reload the page.');
  });
});

test('counts checks in words', () => {
  const states = ['passed', 'passed', 'failed', 'pending', 'skipped'] as const;
  const checks = states.map((state) => ({ name: state, state, url: null }));
  const pullRequest = aPullRequest();
  expect(checksInWords({ ...pullRequest, checks })).toBe('2 of 4 checks passed, 1 failed, 1 running');
  expect(checksInWords({ ...pullRequest, checks: checks.slice(0, 1) })).toBe('1 of 1 check passed');
  expect(checksInWords({ ...pullRequest, checks: [] })).toBe('');
});

test('never leaves a session without a name', () => {
  const untitled = aSession({ title: ' ', goal: null });
  expect(titleOf({ ...untitled, goal: 'Fix it' })).toBe('Fix it');
  expect(titleOf({ ...untitled, prompts: 3 })).toBe('Untitled session');
  expect(titleOf({ ...untitled, prompts: 0 })).toBe('New session');
});

test('calls a session whose texts stay on its machine by where it is', () => {
  const withheld = aSession({ title: '', goal: null, cwd: '', branch: null, prompts: 4 });
  expect(isWithheld(withheld)).toBe(true);
  expect(titleOf(withheld)).toBe('A session in acme/widgets');
  expect(isWithheld(aSession())).toBe(false);
});

test('puts the number of those who need a person into the title of the page', () => {
  expect(pageTitle(2)).toBe('(2) Crewboard');
  expect(pageTitle(0)).toBe('Crewboard');
});

test('calls a person by the first part of the name', () => {
  expect(shortName('Lena Berg')).toBe('Lena');
  expect(shortName('lena.berg@acme.io')).toBe('lena.berg');
  expect(shortName('@')).toBe('@');
});

test('links to the web only', () => {
  expect(webAddress('https://github.com/acme/widgets/pull/42')).toBe('https://github.com/acme/widgets/pull/42');
  expect(webAddress('javascript:alert(1)')).toBeUndefined();
  expect(webAddress('no address')).toBeUndefined();
});

test('what is needed is told of the ask that it is about, and in a model’s words only', () => {
  const attention = { id: 'a', kind: 'permission', tool: 'Bash', input: 'x', since: 0, agentId: null } as const;
  const brief = aBrief({ by: 'model', needed: 'May it push?', askId: 'a' });
  expect(neededFor({ attention, brief })).toBe('May it push?');
  expect(neededFor({ attention: { ...attention, id: 'b' }, brief })).toBeNull();
  expect(neededFor({ attention, brief: { ...brief, by: 'extract' } })).toBeNull();
  expect(neededFor({ attention: null, brief })).toBeNull();
});
