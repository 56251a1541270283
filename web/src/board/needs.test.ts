import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { needOf, shownAsksOf, toQueue } from './needs.ts';
import { anAsk, asking } from './testing.ts';

const session = (sessionId: string, overrides: Partial<Session> = {}): Session => aSession({ sessionId, ...overrides });
const failing = aPullRequest({
  checks: [
    { name: 'lint', state: 'failed', url: null },
    { name: 'types', state: 'passed', url: null },
    { name: 'unit', state: 'failed', url: null },
  ],
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
    expect(needOf(idle)?.ask).toMatchObject({ kind: 'CI failed', text: 'lint, unit', tone: 'bad' });
    expect(needOf({ ...idle, status: 'working' })).toBeNull();
    expect(needOf({ ...idle, ended: true })).toBeNull();
  });

  test('holds a session whose reviewers want changes, behind its failed checks', () => {
    const review = { ...aPullRequest({ title: 'Read whole lines' }), review: 'changes_requested' as const };
    const idle = session('a', { status: 'waiting_for_input', pullRequest: review });
    expect(needOf(idle)).toMatchObject({ ask: { kind: 'Changes requested', text: '#42 Read whole lines' }, more: 0 });
    expect(needOf({ ...idle, pullRequest: { ...review, checks: failing.checks } })).toMatchObject({
      ask: { kind: 'CI failed' },
      more: 1,
    });
    expect(needOf({ ...idle, status: 'working' })).toBeNull();
  });

  test('holds nobody for a pull request that is merged or closed', () => {
    for (const state of ['merged', 'closed'] as const) {
      const pullRequest = { ...failing, state, review: 'changes_requested' as const };
      expect(needOf(session('a', { status: 'waiting_for_input', pullRequest }))).toBeNull();
    }
  });

  test('has what a session asks before what its pull request needs', () => {
    const both = session('a', { ...asking(anAsk()), pullRequest: failing });
    expect(shownAsksOf(both).map(({ kind }) => kind)).toEqual(['Permission', 'CI failed']);
  });
});
