import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import {
  countByStatus,
  GROUPINGS,
  type Grouping,
  inOldOrder,
  movedBetween,
  peopleOfSeveralMachines,
  toLanes,
} from './grouping.ts';

const ids = (sessions: readonly Session[]): string[] => sessions.map(({ sessionId }) => sessionId);
const session = (sessionId: string, overrides: Partial<Session> = {}): Session => aSession({ sessionId, ...overrides });
const failing = aPullRequest({
  url: 'https://github.com/acme/widgets/pull/7',
  number: 7,
  checks: [
    { name: 'lint', state: 'failed', url: null },
    { name: 'types', state: 'passed', url: null },
    { name: 'unit', state: 'failed', url: null },
  ],
});

describe('lanes', () => {
  test('hold the sessions of a repository in the column of their status', () => {
    const [lane, ...others] = toLanes(
      [session('a'), session('b', { status: 'waiting_for_approval' }), session('c', { status: 'idle' })],
      'repository',
    );
    expect(others).toEqual([]);
    expect(lane?.key).toBe('acme/widgets');
    expect(ids(lane?.columns.working ?? [])).toEqual(['a']);
    expect(ids(lane?.columns.waiting_for_approval ?? [])).toEqual(['b']);
    expect(ids(lane?.columns.waiting_for_input ?? [])).toEqual([]);
    expect(ids(lane?.columns.idle ?? [])).toEqual(['c']);
  });

  test('come by name, those where everything rests last', () => {
    const lanes = toLanes(
      [
        session('a', { repo: 'acme/archive', status: 'idle' }),
        session('b', { repo: 'acme/zoo' }),
        session('c', { repo: 'acme/ledger' }),
      ],
      'repository',
    );
    expect(lanes.map(({ key }) => key)).toEqual(['acme/ledger', 'acme/zoo', 'acme/archive']);
  });

  test('put the longest first, and among the idle ones the freshest and those that ended last', () => {
    const [lane] = toLanes(
      [
        session('young', { since: T0 + 2 }),
        session('old', { since: T0 }),
        session('ended', { status: 'idle', ended: true, since: T0 + 9 }),
        session('stale', { status: 'idle', since: T0 }),
        session('fresh', { status: 'idle', since: T0 + 5 }),
      ],
      'repository',
    );
    expect(ids(lane?.columns.working ?? [])).toEqual(['old', 'young']);
    expect(ids(lane?.columns.idle ?? [])).toEqual(['fresh', 'stale', 'ended']);
  });

  test('put a session whose pull request needs somebody before those that only wait', () => {
    const waits = { status: 'waiting_for_input' } as const;
    const [lane] = toLanes(
      [
        session('longest', { ...waits, since: T0 }),
        session('settled', { ...waits, since: T0 + 1, pullRequest: { ...failing, state: 'merged' } }),
        session('red', { ...waits, since: T0 + 9, pullRequest: failing }),
      ],
      'repository',
    );
    expect(ids(lane?.columns.waiting_for_input ?? [])).toEqual(['red', 'longest', 'settled']);
  });

  test('count people and open pull requests once', () => {
    const [lane] = toLanes(
      [
        session('a', { owner: 'Lena', pullRequest: failing }),
        session('b', { owner: 'Lena', pullRequest: failing }),
        session('c', { owner: null, pullRequest: { ...failing, url: 'x', state: 'merged' } }),
      ],
      'repository',
    );
    expect(lane).toMatchObject({ sessions: 3, people: ['Lena'], pullRequests: 1 });
  });

  const spread = [
    session('a', { owner: 'Lena', machine: 'lb-mbp', repo: 'acme/widgets' }),
    session('b', { owner: 'Lena', machine: 'devbox', repo: 'acme/ledger' }),
    session('c', { owner: 'Amira', machine: 'ar-fw13', repo: 'acme/ledger' }),
    session('d', { owner: null, machine: 'devbox', repo: 'acme/ledger' }),
  ];
  const shape = (by: Grouping) =>
    toLanes(spread, by).map(({ key, sessions, people, machines, repositories }) => ({
      key,
      sessions,
      people,
      machines,
      repositories,
    }));

  test('are of one person each, and those whom nobody named together', () => {
    expect(shape('person')).toEqual([
      { key: '', sessions: 1, people: [], machines: 1, repositories: 1 },
      { key: 'Amira', sessions: 1, people: ['Amira'], machines: 1, repositories: 1 },
      { key: 'Lena', sessions: 2, people: ['Lena'], machines: 2, repositories: 2 },
    ]);
  });

  test('are of one machine each, with whose sessions these are', () => {
    expect(shape('machine').map(({ key, people }) => [key, people])).toEqual([
      ['ar-fw13', ['Amira']],
      ['devbox', ['Lena']],
      ['lb-mbp', ['Lena']],
    ]);
  });

  test('are one where nothing is grouped', () => {
    expect(shape('none')).toEqual([{ key: '', sessions: 4, people: ['Amira', 'Lena'], machines: 3, repositories: 2 }]);
  });

  test.each(GROUPINGS)('lose no session and show none twice, grouped by %s', (by) => {
    const shown = toLanes(spread, by).flatMap(({ columns }) => Object.values(columns).flat());
    expect(ids(shown).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('tell whose machines have to be told apart', () => {
    expect([...peopleOfSeveralMachines(spread)]).toEqual(['Lena']);
  });
});

test('counts sessions by status', () => {
  const sessions = [
    session('a', { machine: 'one' }),
    session('b', { machine: 'one', status: 'idle' }),
    session('c', { machine: 'two', status: 'idle', ended: true }),
  ];
  expect(countByStatus(sessions)).toEqual({ waiting_for_approval: 0, working: 1, waiting_for_input: 0, idle: 2 });
});

test('keeps the order of what stood there and puts newcomers last', () => {
  const next = [session('new'), session('b'), session('a')];
  expect(ids(inOldOrder(['a', 'gone', 'b'], next))).toEqual(['a', 'b', 'new']);
});

test('tells which sessions changed columns', () => {
  const board = (...sessions: Session[]) => new Map(sessions.map((one) => [one.sessionId, one]));
  const before = board(session('moved'), session('talks'), session('gone'));
  const after = board(session('moved', { status: 'idle' }), session('talks', { now: 'else' }), session('new'));
  expect(movedBetween(before, after)).toEqual(['moved']);
});
