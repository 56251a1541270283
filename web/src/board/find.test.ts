import type { Session } from '@crewboard/contract';
import { aBrief, aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { matches } from './find.ts';
import { anAsk, asking } from './testing.ts';

const found = aSession({ title: 'Fix the Tail reader', branch: 'fix/tail', owner: 'Tove Nyström', machine: 'tn-mini' });
const finds = (query: string, overrides: Partial<Session> = {}): boolean => matches({ ...found, ...overrides }, query);

test('asks for every word, wherever it stands, whatever its case and accents', () => {
  expect(finds('TAIL nystrom')).toBe(true);
  expect(finds(' Nyström  tn-mini ')).toBe(true);
  expect(finds('tail mika')).toBe(false);
  expect(finds('strasse', { title: 'Straße' })).toBe(true);
});

test('knows what a session is for, what it asks, what it is in and how it is run', () => {
  const condition = { kind: 'offline', says: 'Not heard', since: T0 } as const;
  expect(finds('offline', { condition })).toBe(true);
  expect(finds('offline')).toBe(false);
  expect(finds('headless tail', { kind: 'headless' })).toBe(true);
  expect(finds('retention', { brief: aBrief({ goal: 'Decide on retention' }) })).toBe(true);
  expect(finds('bash force', asking(anAsk({ input: 'git push --force' })))).toBe(true);
  expect(finds('sonnet 5.5', { model: 'claude-sonnet-5-5' })).toBe(true);
});

test('knows pull requests by number and title', () => {
  const pullRequest = aPullRequest({ number: 418, title: 'Survive a truncated file' });
  expect(finds('#418', { pullRequest })).toBe(true);
  expect(finds('truncated', { pullRequest })).toBe(true);
  expect(finds('#419', { pullRequest })).toBe(false);
});
