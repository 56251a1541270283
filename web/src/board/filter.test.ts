import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { choicesOf, isFiltering, matches, NO_FILTER, passes, toggled } from './filter.ts';

const session = (sessionId: string, overrides: Partial<Session> = {}): Session => aSession({ sessionId, ...overrides });

describe('a filter', () => {
  const sessions = [
    session('a', { owner: 'Lena', machine: 'lb-mbp', repo: 'acme/widgets' }),
    session('b', { owner: 'Lena', machine: 'devbox', repo: 'acme/ledger' }),
    session('c', { owner: 'Mika', machine: 'devbox', repo: 'acme/ledger' }),
    session('d', { owner: null, machine: 'ci', repo: 'acme/ledger' }),
  ];
  const through = (filter: Partial<typeof NO_FILTER>): string[] =>
    sessions.filter((one) => passes(one, { ...NO_FILTER, ...filter })).map(({ sessionId }) => sessionId);

  test('lets all through where nothing is picked', () => {
    expect(through({})).toEqual(['a', 'b', 'c', 'd']);
    expect(isFiltering(NO_FILTER)).toBe(false);
  });

  test('asks for one of the picked values in each facet', () => {
    expect(through({ person: ['Lena', 'Mika'] })).toEqual(['a', 'b', 'c']);
    expect(through({ person: ['Lena', 'Mika'], machine: ['devbox'] })).toEqual(['b', 'c']);
    expect(through({ person: ['Lena'], machine: ['devbox'], repository: ['acme/widgets'] })).toEqual([]);
  });

  test('picks a value and lets it go again', () => {
    const picked = toggled(toggled(NO_FILTER, 'person', 'Lena'), 'person', 'Mika');
    expect(picked.person).toEqual(['Lena', 'Mika']);
    expect(isFiltering(picked)).toBe(true);
    expect(toggled(toggled(picked, 'person', 'Lena'), 'person', 'Mika')).toEqual(NO_FILTER);
  });

  test('offers what the sessions have, and keeps offering what is picked', () => {
    const choices = choicesOf(sessions, { ...NO_FILTER, machine: ['gone'] });
    expect(choices.person).toEqual([
      { value: 'Lena', sessions: 2 },
      { value: 'Mika', sessions: 1 },
    ]);
    expect(choices.machine.map(({ value, sessions: count }) => [value, count])).toEqual([
      ['ci', 1],
      ['devbox', 2],
      ['gone', 0],
      ['lb-mbp', 1],
    ]);
  });
});

describe('finding', () => {
  const found = session('a', { title: 'Fix the Tail reader', branch: 'fix/tail', owner: 'Lena Berg' });

  test('asks for every word, wherever it stands and however it is written', () => {
    expect(matches(found, 'TAIL lena')).toBe(true);
    expect(matches(found, 'tail mika')).toBe(false);
  });

  test('knows what a session is in and how it is run', () => {
    const condition = { kind: 'offline', says: 'Not heard', since: T0 } as const;
    expect(matches({ ...found, condition }, 'offline')).toBe(true);
    expect(matches({ ...found, kind: 'headless' }, 'headless tail')).toBe(true);
    expect(matches(found, 'offline')).toBe(false);
  });

  test('knows pull requests by number', () => {
    expect(matches({ ...found, pullRequest: aPullRequest({ number: 7 }) }, '#7')).toBe(true);
  });
});
