import { describe, expect, it } from 'vitest';
import { applyChange, emptyBoard, reduceBoard } from './board.ts';
import type { PullRequest } from './card.ts';
import { feedMessageSchema } from './changes.ts';
import { aCard, aSession } from './testing.ts';

const pullRequest: PullRequest = {
  url: 'https://github.com/acme/widgets/pull/42',
  number: 42,
  repository: 'acme/widgets',
  state: 'open',
  checks: [],
};

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

describe('applyChange', () => {
  it('keeps what the enricher wrote when the card changes', () => {
    const session = aSession({ summary: 'Halfway', pullRequest });
    const card = aCard({ status: 'idle' });
    expect(applyChange(session, { type: 'CardChanged', sessionId: 'session-1', card })).toEqual({
      ...card,
      summary: 'Halfway',
      pullRequest,
    });
  });

  it('puts a summary and a pull request on the card', () => {
    const withSummary = applyChange(aSession(), { type: 'SummaryWritten', sessionId: 'session-1', summary: 'Done' });
    const seen = applyChange(withSummary, { type: 'PullRequestSeen', sessionId: 'session-1', pullRequest });
    expect(seen).toMatchObject({ summary: 'Done', pullRequest });
  });

  it('knows no session after it was removed, nor one that has no card', () => {
    expect(applyChange(aSession(), { type: 'CardRemoved', sessionId: 'session-1' })).toBeUndefined();
    expect(applyChange(undefined, { type: 'SummaryWritten', sessionId: 'x', summary: 'Late' })).toBeUndefined();
  });
});

describe('feed messages', () => {
  it('refuse what is none', () => {
    expect(feedMessageSchema.safeParse({ kind: 'change', offset: 'e.1-0', sessionId: 'x' }).success).toBe(false);
    expect(feedMessageSchema.safeParse({ kind: 'reset' }).success).toBe(true);
  });
});
