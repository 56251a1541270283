import { describe, expect, it } from 'vitest';
import { applyEnrichment, emptyBoard, noEnrichment, reduceBoard } from './board.ts';
import { feedMessageSchema } from './changes.ts';
import { aPullRequest, aSession, aSummary } from './testing.ts';

describe('reduceBoard', () => {
  const one = aSession({ sessionId: 'one' });
  const board = reduceBoard(emptyBoard, { kind: 'snapshot', offset: 'e.1-0', sessions: [one] });

  it('takes a snapshot for everything there is', () => {
    const two = aSession({ sessionId: 'two' });
    const next = reduceBoard(board, { kind: 'snapshot', offset: 'e.5-0', sessions: [two] });
    expect(next).toEqual({ offset: 'e.5-0', sessions: new Map([['two', two]]) });
  });

  it('replaces one session by a change and leaves the old board as it was', () => {
    const idle = aSession({ sessionId: 'one', status: 'idle' });
    const next = reduceBoard(board, { kind: 'change', offset: 'e.2-0', sessionId: 'one', session: idle });
    expect(next.sessions.get('one')).toEqual(idle);
    expect(board.sessions.get('one')).toEqual(one);
  });

  it('takes a session away', () => {
    const next = reduceBoard(board, { kind: 'change', offset: 'e.2-0', sessionId: 'one', session: null });
    expect(next).toEqual({ offset: 'e.2-0', sessions: new Map() });
  });

  it('is empty after a reset', () => expect(reduceBoard(board, { kind: 'reset' })).toEqual(emptyBoard));
});

describe('what was found of a session', () => {
  it('is a summary and a pull request, each by itself', () => {
    const pullRequest = aPullRequest();
    const summed = applyEnrichment(noEnrichment, aSummary('session-1', 'Done'));
    const seen = applyEnrichment(summed, { type: 'PullRequestSeen', sessionId: 'session-1', pullRequest });
    expect(seen).toMatchObject({ summary: 'Done', pullRequest });
    const gone = applyEnrichment(seen, { type: 'PullRequestSeen', sessionId: 'session-1', pullRequest: null });
    expect(gone).toMatchObject({ summary: 'Done', pullRequest: null });
  });

  it('is never replaced by a summary that covers less', () => {
    const newer = applyEnrichment(noEnrichment, aSummary('session-1', 'Tests pass', { through: '10-0' }));
    expect(applyEnrichment(newer, aSummary('session-1', 'Runs the tests', { through: '9-0' }))).toBe(newer);
    const same = applyEnrichment(newer, aSummary('session-1', 'All tests pass', { through: '10-0' }));
    expect(same.summary).toBe('All tests pass');
  });
});

describe('feed messages', () => {
  it('refuse what is none', () => {
    expect(feedMessageSchema.safeParse({ kind: 'change', offset: 'e.1-0', sessionId: 'x' }).success).toBe(false);
    expect(feedMessageSchema.safeParse({ kind: 'reset' }).success).toBe(true);
  });
});
