import { aStatusChange } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { dayStripOf } from './day-strip.ts';

const HOUR = 3_600_000;
/** Nine o'clock here. */
const NINE = new Date(2026, 0, 5, 9).getTime();
const change = (hour: number, overrides = {}) => aStatusChange({ at: NINE + hour * HOUR, ...overrides });

test('is made of the stretches between the changes, until now', () => {
  const strip = dayStripOf([change(0.5), change(1, { status: 'waiting_for_approval' }), change(2)], NINE + 3.5 * HOUR);
  expect(strip).toMatchObject({ from: NINE, to: NINE + 3.5 * HOUR });
  expect(strip?.pieces.map(({ since, until }) => [(since - NINE) / HOUR, (until - NINE) / HOUR])).toEqual([
    [0.5, 1],
    [1, 2],
    [2, 3.5],
  ]);
  expect(strip?.ticks).toEqual([0, 1, 2, 3].map((hour) => NINE + hour * HOUR));
});

test('begins at midnight for a session of the day before, and has what was going on then', () => {
  const strip = dayStripOf([change(-20, { status: 'idle' }), change(0)], NINE + HOUR);
  expect(strip?.from).toBe(NINE - 9 * HOUR);
  expect(strip?.pieces.map(({ change: { status } }) => status)).toEqual(['idle', 'working']);
  expect(strip?.ticks.length).toBeLessThanOrEqual(9);
});

test('of a session that is over ends with it, on the day on which that was', () => {
  const strip = dayStripOf([change(0), change(2, { status: 'idle', ended: true })], NINE + 50 * HOUR);
  expect(strip).toMatchObject({ from: NINE, to: NINE + 2 * HOUR, now: null });
  expect(strip?.pieces).toHaveLength(1);
});

test('makes one piece of what differs in its reason alone', () => {
  const evidence = { source: 'hook', says: 'A hook says so', at: NINE, inferred: false } as const;
  expect(dayStripOf([change(0), change(1, { evidence })], NINE + 2 * HOUR)?.pieces).toHaveLength(1);
});

test('is nothing where nothing is known, and never shorter than an hour', () => {
  expect(dayStripOf([], NINE)).toBeNull();
  const strip = dayStripOf([change(0.1)], NINE + 0.2 * HOUR);
  expect(strip && strip.to - strip.from).toBe(HOUR);
  expect(strip?.pieces.at(-1)?.until).toBe(strip?.now);
});
