import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { choicesOf, isFiltering, NO_FILTER, passes, toggled, type Viewer } from './filter.ts';
import { anAsk, asking } from './testing.ts';

const session = (sessionId: string, overrides: Partial<Session> = {}): Session => aSession({ sessionId, ...overrides });

describe('a filter', () => {
  const sessions = [
    session('a', { owner: 'Lena', machine: 'lb-mbp', repo: 'acme/widgets' }),
    session('b', { owner: 'Lena', machine: 'devbox', repo: 'acme/ledger' }),
    session('c', { owner: 'Mika', machine: 'devbox', repo: 'acme/ledger' }),
    session('d', { owner: null, machine: 'ci', repo: 'acme/ledger' }),
  ];
  const through = (filter: Partial<typeof NO_FILTER>, of = sessions, viewer: Viewer = 'Lena'): string[] =>
    of.filter((one) => passes(one, { ...NO_FILTER, ...filter }, viewer)).map(({ sessionId }) => sessionId);

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
    const choices = choicesOf(sessions, { ...NO_FILTER, machine: ['gone'] }, null);
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

  test('knows pull requests by what there is to do', () => {
    const failed = aPullRequest({ checks: [{ name: 'unit', state: 'failed', url: null }] });
    const some = [
      session('red', { pullRequest: failed }),
      session('fine', { pullRequest: aPullRequest({ checks: [] }) }),
      session('merged', { pullRequest: { ...failed, state: 'merged' } }),
      session('none'),
    ];
    expect(through({ pull: ['red'] }, some)).toEqual(['red']);
    expect(through({ pull: ['open'] }, some)).toEqual(['red', 'fine']);
    expect(through({ pull: ['none', 'red'] }, some)).toEqual(['red', 'none']);
  });

  test('lets through only what is mine and needs a person, where both are asked for', () => {
    const some = [
      session('a', { owner: 'Lena', ...asking(anAsk()) }),
      session('b', { owner: 'Lena' }),
      session('c', { owner: 'Mika', ...asking(anAsk()) }),
    ];
    expect(through({ only: ['mine'] }, some)).toEqual(['a', 'b']);
    expect(through({ only: ['mine', 'needs'] }, some)).toEqual(['a']);
    expect(through({ status: ['waiting_for_approval'] }, some)).toEqual(['a', 'c']);
    // Whoever is alone with their board has nothing that is not theirs.
    expect(through({ only: ['mine'] }, some, null)).toEqual(['a', 'b', 'c']);
    expect(choicesOf(some, NO_FILTER, null).only).toEqual([{ value: 'needs', sessions: 2 }]);
    expect(choicesOf(some, NO_FILTER, 'Mika').only.map(({ value }) => value)).toEqual(['needs', 'mine']);
  });
});
