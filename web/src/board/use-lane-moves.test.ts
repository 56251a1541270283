import { aSession } from '@crewboard/contract/testing';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { computed } from 'vue';
import { toLanes } from './grouping.ts';
import { useLaneChoices } from './use-lane-choices.ts';
import { useLaneMoves } from './use-lane-moves.ts';

beforeEach(() => {
  localStorage.clear();
  setActivePinia(createPinia());
});

const sessions = ['a', 'b', 'c'].map((repo) => aSession({ sessionId: repo, repo }));
const board = () => {
  const choices = useLaneChoices(() => 'repository');
  const lanes = computed(() => choices.inOrder(toLanes(sessions, 'repository')));
  const moves = useLaneMoves(
    () => lanes.value,
    () => lanes.value,
    choices.move,
  );
  const laneOf = (key: string) => toLanes(sessions, 'repository').find((lane) => lane.key === key) ?? expect.fail(key);
  return { ...moves, laneOf };
};

test('a lane that is dragged onto another takes its place, and where that is is told', async () => {
  const { keys, drag, dropOn, laneOf, toldPlace } = board();
  drag(laneOf('c'));
  dropOn(laneOf('a'));
  expect(keys.value).toEqual(['c', 'a', 'b']);
  await expect.poll(() => toldPlace.value).toContain('1 of 3');
  drag(laneOf('c'));
  dropOn(laneOf('b'));
  expect(keys.value).toEqual(['a', 'b', 'c']);
});

test('nothing moves where a lane is dropped onto itself, or something else onto a lane', () => {
  const { keys, drag, dropOn, laneOf } = board();
  drag(laneOf('b'));
  dropOn(laneOf('b'));
  dropOn(laneOf('a'));
  expect(keys.value).toEqual(['a', 'b', 'c']);
});
