import type { Session } from '@crewboard/contract';
import { aPullRequest, aSession } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toQueue } from '../board/needs.ts';
import { anAsk, asking } from '../board/testing.ts';
import { type AttentionChoice, isChosen, isStillDue, needKeys, nextTelling, type TellingStep } from './telling.ts';

const ALL: AttentionChoice = { about: 'all', repositories: [] };
const asks = (sessionId: string, askId = 'ask-1', overrides: Partial<Session> = {}) =>
  aSession({ sessionId, ...asking(anAsk({ id: askId })), ...overrides });

const step = (sessions: readonly Session[], overrides: Partial<TellingStep> = {}) =>
  nextTelling({
    needs: toQueue(sessions),
    open: sessions.flatMap(needKeys),
    told: [],
    choice: ALL,
    ownName: 'Mika',
    isLookedAt: false,
    ...overrides,
  });
const toldOf = (...given: Parameters<typeof step>) => step(...given).tell.map(({ session }) => session.sessionId);

describe('what a person is told of', () => {
  test('is each need once, by its id, and the next one of the same session again', () => {
    const first = step([asks('a'), aSession({ sessionId: 'b' })]);
    expect(first.tell.map(({ session }) => session.sessionId)).toEqual(['a']);
    expect(toldOf([asks('a')], { told: first.told })).toEqual([]);
    expect(toldOf([asks('a', 'ask-2')], { told: first.told })).toEqual(['a']);
    const gone = step([aSession({ sessionId: 'a' })], { told: first.told });
    expect(toldOf([asks('a')], { told: gone.told }), 'the same ask, back after a moment').toEqual([]);
  });

  test('is nothing while the board is looked at, and nothing of that later', () => {
    const looked = step([asks('a')], { isLookedAt: true });
    expect(looked.tell).toEqual([]);
    expect(toldOf([asks('a'), asks('b')], { told: looked.told })).toEqual(['b']);
  });

  test('is nothing that is snoozed or that somebody looks at, nor when that ends', () => {
    const snoozed = step([asks('a')], { needs: [] });
    expect(snoozed.tell).toEqual([]);
    expect(toldOf([asks('a')], { told: snoozed.told })).toEqual([]);
    const claimed = asks('b', 'ask-1', { claim: { by: 'Noa', at: 0, on: 'ask-1', about: 'ask' } });
    expect(toldOf([claimed])).toEqual([]);
  });

  test('is of the sessions that they chose: their own, of some repositories, all', () => {
    const mine = asks('mine', 'ask-1', { owner: 'Mika', repo: 'acme/atlas' });
    const other = asks('other', 'ask-1', { owner: 'Noa', repo: 'acme/ledger' });
    const of = (choice: AttentionChoice, ownName: string | null = 'Mika') =>
      [mine, other].filter((session) => isChosen(session, choice, ownName)).map(({ sessionId }) => sessionId);
    expect(of({ about: 'mine', repositories: [] })).toEqual(['mine']);
    expect(of({ about: 'mine', repositories: [] }, null), 'a board of one’s own').toEqual(['mine', 'other']);
    expect(of({ about: 'repositories', repositories: ['acme/ledger'] })).toEqual(['other']);
    expect(of(ALL)).toEqual(['mine', 'other']);
    expect(toldOf([mine, other], { choice: { about: 'mine', repositories: [] } })).toEqual(['mine']);
  });

  test('is failed checks too, once for a commit', () => {
    const failing = (head: string) => {
      const pullRequest = aPullRequest({ head, checks: [{ name: 'lint', state: 'failed', url: null }] });
      return aSession({ sessionId: 'a', status: 'waiting_for_input', pullRequest });
    };
    const first = step([failing('aaa')]);
    expect(first.tell).toHaveLength(1);
    expect(toldOf([failing('aaa')], { told: first.told })).toEqual([]);
    expect(toldOf([failing('bbb')], { told: first.told })).toEqual(['a']);
  });

  test('is never told twice, whatever comes and goes', () => {
    const anyBoard = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3')), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(anyBoard, fc.boolean()), { maxLength: 20 }), (boards) => {
        let told: string[] = [];
        const seen: string[] = [];
        for (const [open, isLookedAt] of boards) {
          const sessions = [...new Map(open.map(([id, ask]) => [id, asks(id, ask)])).values()];
          const next = step(sessions, { told, isLookedAt });
          seen.push(...next.tell.flatMap(({ session }) => needKeys(session)));
          told = next.told;
        }
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});

test('a notification is due until it is answered, claimed, or off the board', () => {
  const session = asks('a');
  const keys = needKeys(session);
  expect(isStillDue(session, keys)).toBe(true);
  expect(isStillDue(undefined, keys)).toBe(false);
  expect(isStillDue(aSession({ sessionId: 'a' }), keys)).toBe(false);
  expect(isStillDue(asks('a', 'ask-2'), keys)).toBe(false);
  expect(isStillDue({ ...session, claim: { by: 'Noa', at: 0, on: 'ask-1', about: 'ask' } }, keys)).toBe(false);
});
