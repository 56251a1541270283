import fc from 'fast-check';
import { expect, test } from 'vitest';
import { perMinute, TokenBucket } from './token-bucket.ts';

test('gives what it has at once, then one at a time as they come back', () => {
  const bucket = new TokenBucket(perMinute(60), 0);
  for (let taken = 0; taken < 60; taken++) {
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(1, 0);
  }
  expect(bucket.waitMs(0)).toBe(1000);
  expect(bucket.waitMs(400)).toBe(600);
  expect(bucket.waitMs(1000)).toBe(0);
  bucket.take(1, 1000);
  expect(bucket.waitMs(1000)).toBe(1000);
});

test('lets who has something left take more than there is, and waits until that is paid off', () => {
  const bucket = new TokenBucket(perMinute(60), 0);
  bucket.take(160, 0);
  expect(bucket.waitMs(0)).toBe(101_000);
  expect(bucket.waitMs(101_000)).toBe(0);
});

test('never holds more than its capacity, nor anything for a clock that is set back', () => {
  const bucket = new TokenBucket(perMinute(60), 1_000_000);
  bucket.take(60, 9_000_000);
  expect(bucket.waitMs(0)).toBeGreaterThan(0);
});

test('gives no more over any time than what it had and what came back', () => {
  const anySteps = fc.array(fc.record({ afterMs: fc.nat(5000), wants: fc.integer({ min: 1, max: 30 }) }), {
    maxLength: 100,
  });
  fc.assert(
    fc.property(anySteps, (steps) => {
      const bucket = new TokenBucket(perMinute(60), 0);
      let now = 0;
      let taken = 0;
      for (const { afterMs, wants } of steps) {
        now += afterMs;
        if (bucket.waitMs(now) > 0) continue;
        bucket.take(wants, now);
        taken += wants;
      }
      // One may go into debt once, by what it asked last.
      expect(taken).toBeLessThanOrEqual(60 + now / 1000 + 30);
    }),
  );
});
