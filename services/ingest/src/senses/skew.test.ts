import { expect, it } from 'vitest';
import { createClockSkew } from './skew.ts';

it('is unknown before the first answer', () => {
  expect(createClockSkew().ms).toBeNull();
});

it('is the board’s clock minus the middle of the request', () => {
  const skew = createClockSkew();
  skew.measure(1_000, 6_050, 1_100);
  expect(skew.ms).toBe(5_000);
});

it('is not taken from an answer that took long', () => {
  const skew = createClockSkew();
  skew.measure(0, 3_000, 3_000);
  expect(skew.ms).toBeNull();
});

it('is not moved by a single slow answer, and follows a clock that was set', () => {
  const skew = createClockSkew();
  for (const offMs of [10, 12, 900, 11, 9]) skew.measure(0, offMs, 0);
  expect(skew.ms).toBe(11);
  for (let answer = 0; answer < 3; answer++) skew.measure(0, -3_600_000, 0);
  expect(skew.ms).toBe(-3_600_000);
});
