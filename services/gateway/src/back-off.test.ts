import { expect, test } from 'vitest';
import { backOffMs, pause } from './back-off.ts';

test('waits longer after each failure, up to five seconds', () => {
  const waits = [1, 2, 3, 6, 7, 100].map((failures) => backOffMs(failures, () => 1));
  expect(waits).toEqual([100, 200, 400, 3200, 5000, 5000]);
});

test('takes between half and all of the wait', () => {
  expect(backOffMs(3, () => 0)).toBe(200);
  expect(backOffMs(3, () => 1)).toBe(400);
});

test('an aborted pause ends at once and is no error', async () => {
  const stop = new AbortController();
  const paused = pause(60_000, stop.signal);
  stop.abort();
  await paused;
});
