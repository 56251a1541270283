import { expect, it } from 'vitest';
import { createTail } from './tail.ts';

const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ key: from + index, raw: String(from + index) }));
const keys = (found: readonly { key: number }[]) => found.map(({ key }) => key);

it('has what was pushed at once, and from any place in it', () => {
  const tail = createTail(9);
  tail.push(entries(10, 14));
  expect(keys(tail.read(9, 10))).toEqual([10, 11, 12, 13]);
  expect(keys(tail.read(11, 1))).toEqual([12]);
  expect(tail.read(13, 10)).toEqual([]);
  expect([tail.at(12), tail.at(14), tail.at(9)]).toEqual(['12', undefined, undefined]);
  expect([tail.after, tail.last]).toEqual([9, 13]);
});

it('lets the oldest go that are on disk, never one that is on its way', () => {
  const tail = createTail(0);
  const stuck = entries(1, 2);
  tail.push(stuck);
  const many = entries(2, 2_000);
  tail.push(many);
  tail.settle(many);
  expect(tail.after).toBe(0);
  tail.settle(stuck);
  expect(tail.after).toBeGreaterThan(1_000);
  expect(keys(tail.read(tail.after, 5_000))).toEqual(keys(entries(tail.after + 1, 2_000)));
});

it('is without what was removed, and the rest keeps its places', () => {
  const tail = createTail(0);
  tail.push(entries(1, 6));
  tail.remove([2, 5]);
  expect(keys(tail.read(0, 10))).toEqual([1, 3, 4]);
  expect([tail.at(2), tail.at(3), tail.last]).toEqual([undefined, '3', 4]);
});
