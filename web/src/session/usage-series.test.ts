import { anAskSpan, aWorkSpan, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { linePath } from '../ui/line-path.ts';
import { filesOf, usageSeries } from './usage-series.ts';

test('sums the pieces of work up, from nothing', () => {
  const spans = [aWorkSpan(), anAskSpan(), aWorkSpan({ since: T0 + 90_000, at: T0 + 120_000, costUsd: 0.02 })];
  expect(usageSeries(spans)).toEqual([
    { at: T0, output: 0, read: 0, costUsd: 0, contextTokens: 0 },
    { at: T0 + 60_000, output: 20, read: 1_110, costUsd: 0.01, contextTokens: 1_110 },
    { at: T0 + 120_000, output: 40, read: 2_220, costUsd: 0.03, contextTokens: 1_110 },
  ]);
  expect(usageSeries([anAskSpan()])).toEqual([]);
});

test('has no cost from the first piece on that has none', () => {
  const costs = usageSeries([aWorkSpan({ costUsd: null }), aWorkSpan({ at: T0 + 99_000 })]).map(
    ({ costUsd }) => costUsd,
  );
  expect(costs).toEqual([0, null, null]);
});

test('counts how often each file was written', () => {
  const one = aWorkSpan({
    files: [
      { path: 'b.ts', edits: 1 },
      { path: 'a.ts', edits: 1 },
    ],
    moreFiles: 2,
  });
  expect(filesOf([one, aWorkSpan({ files: [{ path: 'b.ts', edits: 3 }] })])).toEqual({
    files: [
      { path: 'b.ts', edits: 4 },
      { path: 'a.ts', edits: 1 },
    ],
    moreEdits: 2,
  });
});

test('draws a line from corner to corner, and none through one dot', () => {
  expect(
    linePath(
      [
        { at: 0, value: 0 },
        { at: 5, value: 10 },
        { at: 10, value: 5 },
      ],
      100,
      20,
    ),
  ).toBe('M0.0 20.0L50.0 0.0L100.0 10.0');
  expect(linePath([{ at: 0, value: 1 }], 100, 20)).toBe('');
  expect(
    linePath(
      [
        { at: 0, value: 0 },
        { at: 1, value: 0 },
      ],
      10,
      10,
    ),
  ).toBe('M0.0 10.0L10.0 10.0');
});
