import type { StatusChange } from '@crewboard/contract';
import { aStatusChange, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { effectScope, nextTick, ref } from 'vue';
import { useHistory } from './use-history.ts';

type Answer = readonly StatusChange[] | null;

/** A gateway that answers when the test says so. */
const slowGateway = () => {
  const asked: { answer: (history: Answer) => void; fail: () => void; signal: AbortSignal }[] = [];
  const load = (_sessionId: string, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      asked.push({ answer: resolve, fail: () => reject(new Error('away')), signal });
    });
  return { asked, load };
};
const settled = () => new Promise((resolve) => setTimeout(resolve));

const begin = () => {
  const { asked, load } = slowGateway();
  const revision = ref('1');
  const scope = effectScope();
  const history = scope.run(() => useHistory('session-1', () => revision.value, load));
  if (!history) throw new Error('the scope is over');
  return { asked, revision, scope, ...history };
};
const first = aStatusChange();
const second = aStatusChange({ at: T0 + 1, status: 'idle' });

test('asks at once, and tells the newest first', async () => {
  const { asked, changes, problem } = begin();
  expect(changes.value).toBeNull();
  asked[0]?.answer([first, second]);
  await settled();
  expect(changes.value).toEqual([second, first]);
  expect(problem.value).toBeNull();
});

test('asks again when the session changed, and drops an answer out of turn', async () => {
  const { asked, changes, revision } = begin();
  revision.value = '2';
  await nextTick();
  expect(asked).toHaveLength(2);
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[1]?.answer([first, second]);
  asked[0]?.answer([first]);
  await settled();
  expect(changes.value).toHaveLength(2);
});

test('keeps what it knows while the gateway is away, and asks again on demand', async () => {
  const { asked, changes, problem, revision, reload } = begin();
  asked[0]?.answer([first]);
  await settled();
  revision.value = '2';
  await nextTick();
  asked[1]?.fail();
  await settled();
  expect(problem.value).toBe('unreachable');
  expect(changes.value).toEqual([first]);
  reload();
  asked[2]?.answer([first, second]);
  await settled();
  expect(problem.value).toBeNull();
  expect(changes.value).toHaveLength(2);
});

test('tells of a session that has left the board, and gives up when it is over', async () => {
  const { asked, problem, revision, scope } = begin();
  asked[0]?.answer(null);
  await settled();
  expect(problem.value).toBe('gone');
  revision.value = '2';
  await nextTick();
  scope.stop();
  expect(asked[1]?.signal.aborted).toBe(true);
});
