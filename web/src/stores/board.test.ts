import { aSession } from '@crewboard/contract/testing';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { watch } from 'vue';
import { useBoardStore } from './board.ts';

beforeEach(() => setActivePinia(createPinia()));

const change = (offset: string, sessionId: string, title: string | null) => ({
  kind: 'change' as const,
  offset,
  sessionId,
  session: title === null ? null : aSession({ sessionId, title }),
});

test('knows nothing before the first snapshot, which is not the same as an empty board', () => {
  const store = useBoardStore();
  expect(store.isKnown).toBe(false);
  store.apply([{ kind: 'snapshot', offset: 'e.1-0', sessions: [] }]);
  expect(store.isKnown).toBe(true);
  expect(store.sessions).toEqual([]);
});

test('folds a batch into one new board', () => {
  const store = useBoardStore();
  let boards = 0;
  watch(
    () => store.board,
    () => boards++,
    { flush: 'sync' },
  );
  store.apply([
    { kind: 'snapshot', offset: 'e.1-0', sessions: [aSession({ sessionId: 'a' }), aSession({ sessionId: 'b' })] },
    change('e.1-1', 'a', 'first'),
    change('e.1-2', 'a', 'second'),
    change('e.1-3', 'b', null),
  ]);
  expect(boards).toBe(1);
  expect(store.board.offset).toBe('e.1-3');
  expect(store.sessions.map(({ sessionId, title }) => [sessionId, title])).toEqual([['a', 'second']]);
});

test('forgets all at a reset', () => {
  const store = useBoardStore();
  store.apply([{ kind: 'snapshot', offset: 'e.1-0', sessions: [aSession()] }, { kind: 'reset' }]);
  expect(store.isKnown).toBe(false);
  expect(store.sessions).toEqual([]);
});
