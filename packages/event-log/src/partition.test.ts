import { expect, it } from 'vitest';
import { groupByPartition, partitionOf } from './partition.ts';

it('puts a session into the same partition for good', () => {
  expect(['a', 'session-1', '982d89e6-a8aa-466c-b0b1-63446d0062a1', 'ä😀'].map((id) => partitionOf(id, 16))).toEqual([
    12, 13, 4, 14,
  ]);
  expect(partitionOf('any', 1)).toBe(0);
});

it('spreads sessions evenly', () => {
  const counts = [0, 0, 0, 0];
  for (let n = 0; n < 4000; n++) {
    const partition = partitionOf(`session-${n}`, 4);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

it('groups items by partition in the order they came', () => {
  const items = Array.from({ length: 50 }, (_, n) => ({ sessionId: `session-${n % 7}`, n }));
  const groups = groupByPartition(items, 3);
  expect([...groups.values()].flat()).toHaveLength(50);
  for (const [partition, group] of groups) {
    expect(group.every(({ sessionId }) => partitionOf(sessionId, 3) === partition)).toBe(true);
    expect(group.map(({ n }) => n)).toEqual(group.map(({ n }) => n).sort((a, b) => a - b));
  }
});
