import { expect, test } from 'vitest';
import { formatTable, quantile } from './report.ts';

test('a quantile is the smallest sample that so large a share does not exceed', () => {
  const samples = [5, 1, 4, 2, 3];
  expect([0.2, 0.5, 0.99, 1].map((share) => quantile(samples, share))).toEqual([1, 3, 5, 5]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a table aligns words to the left and numbers to the right, and leaves out what a row has not', () => {
  expect(
    formatTable([
      { what: 'append', ms: 5 },
      { what: 'read', ms: 1200, n: 1 },
    ]).split('\n'),
  ).toEqual(['what    ms    n', '──────  ────  ─', 'append     5', 'read    1200  1']);
});
