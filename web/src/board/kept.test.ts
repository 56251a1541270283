import { aSession } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { toLanes } from './grouping.ts';
import { keptLanes, keptSet } from './kept.ts';

const one = aSession({ sessionId: 'one', repo: 'a' });
const two = aSession({ sessionId: 'two', repo: 'b' });
const three = aSession({ sessionId: 'three', repo: 'b', status: 'waiting_for_input' });
const lanes = (...sessions: Parameters<typeof toLanes>[0]) => toLanes(sessions, 'repository');

test('lanes without a change are the ones of before', () => {
  const before = lanes(one, two, three);
  expect(keptLanes(before, lanes(one, two, three))).toBe(before);
});

test('of a lane with a change the other columns are the ones of before, and so are the other lanes', () => {
  const before = lanes(one, two, three);
  const changed = { ...two, now: 'Reading' };
  const after = keptLanes(before, lanes(one, changed, three));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[1]?.columns.working).toEqual([changed]);
  expect(after[1]?.columns.waiting_for_input).toBe(before[1]?.columns.waiting_for_input);
});

test('knows nothing of lanes that went, came or are of another grouping', () => {
  const before = lanes(one);
  expect(keptLanes(before, lanes(two)).map(({ key }) => key)).toEqual(['b']);
  expect(keptLanes(before, toLanes([one], 'none'))[0]?.by).toBe('none');
  expect(keptLanes(undefined, lanes(one))).toHaveLength(1);
});

test('a set with the same members is the one of before', () => {
  const before = new Set(['a', 'b']);
  expect(keptSet(before, new Set(['b', 'a']))).toBe(before);
  expect(keptSet(before, new Set(['a', 'c']))).toEqual(new Set(['a', 'c']));
  expect(keptSet(undefined, new Set())).toEqual(new Set());
});
