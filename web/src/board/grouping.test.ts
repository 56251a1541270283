import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import {
  countByStatus,
  countMachines,
  inOldOrder,
  matches,
  movedBetween,
  needOf,
  toLanes,
  toQueue,
} from './grouping.ts';
import { anAsk, asking } from './testing.ts';

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
    const [lane, ...others] = toLanes([
      session('a'),
      session('b', { status: 'waiting_for_approval' }),
      session('c', { status: 'idle' }),
    ]);
    expect(others).toEqual([]);
    expect(lane?.repo).toBe('acme/widgets');
    expect(ids(lane?.columns.working ?? [])).toEqual(['a']);
    expect(ids(lane?.columns.waiting_for_approval ?? [])).toEqual(['b']);
    expect(ids(lane?.columns.waiting_for_input ?? [])).toEqual([]);
    expect(ids(lane?.columns.idle ?? [])).toEqual(['c']);
  });

  test('come by name, those where everything rests last', () => {
    const lanes = toLanes([
      session('a', { repo: 'acme/archive', status: 'idle' }),
      session('b', { repo: 'acme/zoo' }),
      session('c', { repo: 'acme/ledger' }),
    ]);
    expect(lanes.map(({ repo }) => repo)).toEqual(['acme/ledger', 'acme/zoo', 'acme/archive']);
  });

  test('put the longest first, and among the idle ones the freshest and those that ended last', () => {
    const [lane] = toLanes([
      session('young', { since: T0 + 2 }),
      session('old', { since: T0 }),
      session('ended', { status: 'idle', ended: true, since: T0 + 9 }),
      session('stale', { status: 'idle', since: T0 }),
      session('fresh', { status: 'idle', since: T0 + 5 }),
    ]);
    expect(ids(lane?.columns.working ?? [])).toEqual(['old', 'young']);
    expect(ids(lane?.columns.idle ?? [])).toEqual(['fresh', 'stale', 'ended']);
  });

  test('count people and open pull requests once', () => {
    const [lane] = toLanes([
      session('a', { owner: 'Lena', pullRequest: failing }),
      session('b', { owner: 'Lena', pullRequest: failing }),
      session('c', { owner: null, pullRequest: { ...failing, url: 'x', state: 'merged' } }),
    ]);
    expect(lane).toMatchObject({ sessions: 3, people: 1, pullRequests: 1 });
  });
});

describe('the queue', () => {
  test('holds every session that asks, across repositories, the longest wait first', () => {
    const queue = toQueue([
      session('later', { ...asking(anAsk({ since: T0 + 60 })), repo: 'acme/ledger' }),
      session('nobody'),
      session('first', asking(anAsk(), anAsk({ id: 'ask-2', since: T0 + 90 }))),
    ]);
    expect(queue.map(({ session: { sessionId }, ask, more }) => [sessionId, ask.since, more])).toEqual([
      ['first', T0, 1],
      ['later', T0 + 60, 0],
    ]);
  });

  test('holds a session whose checks failed and that does nothing about it', () => {
    const idle = session('a', { status: 'waiting_for_input', pullRequest: failing });
    expect(needOf(idle)?.ask).toMatchObject({ kind: 'CI failed', text: 'lint · unit', tone: 'bad' });
    expect(needOf({ ...idle, status: 'working' })).toBeNull();
    expect(needOf({ ...idle, ended: true })).toBeNull();
    expect(needOf({ ...idle, pullRequest: { ...failing, state: 'merged' } })).toBeNull();
  });
});

test('counts sessions by status and machines by those that still run', () => {
  const sessions = [
    session('a', { machine: 'one' }),
    session('b', { machine: 'one', status: 'idle' }),
    session('c', { machine: 'two', status: 'idle', ended: true }),
  ];
  expect(countByStatus(sessions)).toEqual({ waiting_for_approval: 0, working: 1, waiting_for_input: 0, idle: 2 });
  expect(countMachines(sessions)).toBe(1);
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
    expect(matches({ ...found, pullRequest: failing }, '#7')).toBe(true);
  });
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
