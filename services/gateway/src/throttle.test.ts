import { expect, test } from 'vitest';
import { Throttle } from './throttle.ts';

const T0 = 1_700_000_000_000;

/** Tries until it has to wait; gives how often it could. */
const tryUntilPutOff = (throttle: Throttle, ip: string, now: number): number => {
  for (let tries = 0; ; tries++) if (throttle.take(ip, now) > 0) return tries;
};

test('lets slips of the finger pass, then doubles the time until the next try', () => {
  const throttle = new Throttle();
  let now = T0;
  expect(tryUntilPutOff(throttle, '192.0.2.1', now)).toBe(5);
  const waits: number[] = [];
  for (let round = 0; round < 12; round++) {
    const waitMs = throttle.take('192.0.2.1', now);
    waits.push(waitMs);
    now += waitMs;
    expect(throttle.take('192.0.2.1', now)).toBe(0);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000]);
});

test('counts tries that run at the same time', () => {
  const throttle = new Throttle();
  const answers = Array.from({ length: 50 }, () => throttle.take('192.0.2.1', T0));
  expect(answers.filter((waitMs) => waitMs === 0)).toHaveLength(5);
});

test('takes all addresses of one IPv6 network for one', () => {
  const throttle = new Throttle();
  for (let host = 1; host <= 5; host++) expect(throttle.take(`2001:db8:1:2::${host}`, T0)).toBe(0);
  expect(throttle.take('2001:db8:1:2:ffff::9', T0)).toBeGreaterThan(0);
  expect(throttle.take('2001:db8:1:3::1', T0)).toBe(0);
});

test('is not reset by a right password: one’s own opens no endless tries at another', () => {
  const throttle = new Throttle();
  let now = T0;
  const untilTaken = () => {
    for (let waitMs = throttle.take('192.0.2.1', now); waitMs > 0; waitMs = throttle.take('192.0.2.1', now))
      now += waitMs;
  };
  for (let round = 0; round < 15; round++) {
    untilTaken();
    untilTaken();
    throttle.succeeded('192.0.2.1');
  }
  untilTaken();
  expect(throttle.take('192.0.2.1', now)).toBe(300_000);
});

test('slows down many addresses together, but none that somebody signed in from', () => {
  const throttle = new Throttle();
  throttle.take('198.51.100.7', T0);
  throttle.succeeded('198.51.100.7');
  const tries = Array.from({ length: 500 }, (_, index) =>
    throttle.take(`10.0.${index >> 8}.${index & 255}`, T0 + 2000),
  );
  expect(tries.filter((waitMs) => waitMs === 0)).toHaveLength(60);
  expect(Math.max(...tries)).toBeLessThanOrEqual(1000);
  expect(throttle.take('198.51.100.7', T0 + 2000)).toBe(0);
  expect(throttle.take('10.9.9.9', T0 + 4000)).toBe(0);
});
