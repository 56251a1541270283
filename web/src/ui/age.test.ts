import { expect, test } from 'vitest';
import { formatAge, formatSpan } from './age.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  [0, '0s'],
  [48 * SECOND + 999, '48s'],
  [60 * SECOND, '1m'],
  [9 * MINUTE + 59 * SECOND, '9m'],
  [3 * HOUR + 59 * MINUTE, '3h'],
  [24 * HOUR, '1d'],
  [49 * HOUR, '2d'],
  [400 * 24 * HOUR, '400d'],
])('says %i ms as %s', (span, said) => {
  expect(formatAge(span)).toBe(said);
});

test('says a moment that another clock puts into the future as 0s', () => {
  expect(formatAge(-5 * MINUTE)).toBe('0s');
});

test.each([
  [48_900, '48s'],
  [130_000, '2m 10s'],
  [120_500, '2m'],
  [3_840_000, '1h 4m'],
  [3_630_000, '1h'],
  [183_600_000, '2d 3h'],
  [-5, '0s'],
])('a span of %s ms that is over is %s', (span, expected) => {
  expect(formatSpan(span)).toBe(expected);
});
