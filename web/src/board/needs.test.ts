import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession, T0 } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { needOf, toQueue } from './needs.ts';
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
    expect(needOf(idle)?.ask).toMatchObject({ kind: 'CI failed', text: 'lint · unit', tone: 'bad' });
    expect(needOf({ ...idle, status: 'working' })).toBeNull();
    expect(needOf({ ...idle, ended: true })).toBeNull();
    expect(needOf({ ...idle, pullRequest: { ...failing, state: 'merged' } })).toBeNull();
  });
});
