import type { Session } from '@crewboard/contract';
import { anAskSpan, aSession, aWorkSpan, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { coveredMs, type DaySession, figuresOf, median } from './figures.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** T0 is at nine. */
const day = { from: T0 - 9 * HOUR, to: T0 + 15 * HOUR };
const now = T0 + 2 * HOUR;

const aDay = (spans: DaySession['spans'], overrides: Partial<Session> = {}): DaySession => ({
  session: aSession({ status: 'idle', ...overrides }),
  spans,
});
const ask = (since: number, at: number, overrides = {}) =>
  anAskSpan({ since: T0 + since * MINUTE, at: T0 + at * MINUTE, ...overrides });
const open = (since: number) => {
  const asks = [{ id: 'o', kind: 'plan' as const, tool: null, input: null, agentId: null, since: T0 + since * MINUTE }];
  return { status: 'waiting_for_approval' as const, asks };
};

test('tells how long people were waited for, by repository and by kind of ask', () => {
  const figures = figuresOf(
    [
      aDay([ask(0, 10), ask(5, 20, { id: 'b', ask: 'question' }), ask(30, 32)]),
      aDay([ask(0, 4)], { repo: 'acme/ledger', ...open(60) }),
    ],
    day,
    now,
  );
  expect(figures.waitsByRepository).toEqual([
    { repo: 'acme/ledger', waitedMs: 64 * MINUTE, asks: 2 },
    { repo: 'acme/widgets', waitedMs: 22 * MINUTE, asks: 3 },
  ]);
  expect(figures.waitsByAsk).toEqual([
    { ask: 'plan', waitedMs: 60 * MINUTE, asks: 1 },
    { ask: 'permission', waitedMs: 16 * MINUTE, asks: 3 },
    { ask: 'question', waitedMs: 15 * MINUTE, asks: 1 },
  ]);
  expect(figures).toMatchObject({ answered: 4, medianWaitMs: 7 * MINUTE, open: 1 });
});

test('a wait that began yesterday counts from midnight on; what ended unanswered is no answer; a guess is no ask', () => {
  const evidence = { source: 'timeout', says: '', at: T0, inferred: true } as const;
  const figures = figuresOf(
    [
      aDay([ask(-10 * 60, -8.5 * 60)]),
      aDay([ask(0, 5, { next: 'ended' })], { evidence, ...open(0) }),
      aDay([ask(-20 * 60, -12 * 60)], { repo: 'acme/yesterday' }),
    ],
    day,
    now,
  );
  expect(figures.waitsByRepository).toEqual([{ repo: 'acme/widgets', waitedMs: 35 * MINUTE, asks: 2 }]);
  expect(figures).toMatchObject({ answered: 1, medianWaitMs: 90 * MINUTE, open: 0 });
});

test('tells in which hours sessions worked, and what that cost', () => {
  const work = (since: number, at: number, overrides = {}) =>
    aWorkSpan({ since: T0 + since * MINUTE, at: T0 + at * MINUTE, ...overrides });
  const figures = figuresOf(
    [
      aDay([work(-24 * 60, -23 * 60, { costUsd: 9 }), work(50, 70, { costUsd: 0.1 }), work(71, 75, { costUsd: 0.2 })]),
      aDay([work(10, 12, { costUsd: 0.3 })], { status: 'working' }),
      aDay([work(10, 12, { costUsd: null })], { repo: 'acme/ledger' }),
    ],
    day,
    now,
  );
  expect(figures.hours).toHaveLength(24);
  expect(figures.hours.slice(8, 13).map(({ sessions }) => sessions)).toEqual([0, 3, 1, 1, 0]);
  expect(figures.costsByRepository).toEqual([
    { repo: 'acme/widgets', costUsd: 0.6, isWhole: true, sessions: 2 },
    { repo: 'acme/ledger', costUsd: 0, isWhole: false, sessions: 1 },
  ]);
});

test('sums up what is beyond a dozen repositories', () => {
  const many = Array.from({ length: 15 }, (_, n) =>
    aDay([ask(0, n + 1), aWorkSpan({ costUsd: n + 1 })], { repo: `acme/${n + 1}` }),
  );
  const { waitsByRepository, costsByRepository } = figuresOf(many, day, now);
  expect(waitsByRepository).toHaveLength(13);
  expect(waitsByRepository.at(-1)).toEqual({ repo: null, waitedMs: 6 * MINUTE, asks: 3 });
  expect(costsByRepository.at(-1)).toEqual({ repo: null, costUsd: 6, isWhole: true, sessions: 3 });
});

test('is empty on a day on which nothing happened', () => {
  expect(figuresOf([], day, now)).toMatchObject({ answered: 0, medianWaitMs: null, waitsByRepository: [], open: 0 });
});

test('counts time once, and takes the middle', () => {
  expect(
    coveredMs([
      { since: 5, at: 9 },
      { since: 0, at: 6 },
      { since: 1, at: 2 },
      { since: 20, at: 21 },
    ]),
  ).toBe(10);
  expect([median([]), median([3]), median([9, 1, 5]), median([1, 2])]).toEqual([null, 3, 5, 2]);
});
