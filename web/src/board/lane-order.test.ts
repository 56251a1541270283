import { aSession } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { toLanes } from './grouping.ts';
import { inChosenOrder, movedTo } from './lane-order.ts';

const lanes = toLanes(
  ['a', 'b', 'c', 'd'].map((repo) => aSession({ sessionId: repo, repo })),
  'repository',
);

test('lanes stand as a person put them, and newcomers after those', () => {
  expect(inChosenOrder(lanes, ['c', 'gone', 'a']).map(({ key }) => key)).toEqual(['c', 'a', 'b', 'd']);
  expect(inChosenOrder(lanes, [])).toEqual(lanes);
});

test.each([
  ['c', 0, 'cab'],
  ['a', 1, 'bac'],
  ['a', 9, 'bca'],
  ['b', -1, 'bac'],
])('%s to place %s', (key, place, moved) => expect(movedTo(['a', 'b', 'c'], key, place).join('')).toBe(moved));
