import { expect, test } from 'vitest';
import { growthOf } from './growth.ts';

const times = <Value>(count: number, of: (at: number) => Value): Value[] =>
  Array.from({ length: count }, (_, at) => of(at));

test('tells what grows steadily', () => {
  expect(growthOf(times(31, (at) => 100 + at))).toBe(30);
  expect(growthOf(times(31, (at) => 100 - at))).toBe(-30);
});

test('does not take a saw, a spike or a step back and forth for growth', () => {
  expect(growthOf(times(40, (at) => 100 + (at % 4) * 10))).toBe(0);
  expect(growthOf(times(40, (at) => (at === 39 ? 900 : 100)))).toBe(0);
  expect(growthOf(times(40, (at) => (at > 10 && at < 20 ? 130 : 100)))).toBe(0);
});

test('sees a leak through a saw', () => {
  expect(growthOf(times(40, (at) => 100 + at + (at % 4) * 10))).toBeGreaterThan(30);
});

test('of no or one sample is nothing', () => {
  expect(growthOf([])).toBe(0);
  expect(growthOf([7])).toBe(0);
});
