import { describe, expect, it } from 'vitest';
import type { Benchmark } from '../report.ts';
import { inCalibrations, isFarOff, isReached, type Measurement, REFERENCE_CALIBRATION_MS } from './figure.ts';
import { MEASUREMENTS } from './rows.ts';
import { measureShort, measureTable } from './table.ts';

const time = { figure: 'a time', unit: 'ms', reach: 10, pick: () => 0 } as const;
const rate = { figure: 'a rate', unit: 'events/s', reach: 1_000, pick: () => 0 } as const;
const memory = { figure: 'memory', unit: 'MB', reach: 100, pick: () => 0 } as const;

describe('a figure', () => {
  it('is reached by less time, less memory, more events', () => {
    expect([isReached(time, 10), isReached(time, 11), isReached(rate, 1_000), isReached(rate, 999)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('is the same in calibration loops on a machine that takes twice as long for all', () => {
    expect(inCalibrations(time, 20, 100)).toBe(inCalibrations(time, 10, 50));
    expect(inCalibrations(rate, 500, 100)).toBe(inCalibrations(rate, 1_000, 50));
    expect(inCalibrations(memory, 80, 100)).toBe(80);
  });

  it('is far off by more than a slow machine explains, or where it is not told', () => {
    const slow = 10 * REFERENCE_CALIBRATION_MS;
    expect([isFarOff(time, 100, REFERENCE_CALIBRATION_MS), isFarOff(time, 100, slow)]).toEqual([true, false]);
    expect([isFarOff(rate, 100, REFERENCE_CALIBRATION_MS), isFarOff(rate, 100, slow)]).toEqual([true, false]);
    expect([isFarOff(memory, 500, slow), isFarOff(memory, Number.NaN, slow)]).toEqual([true, true]);
  });
});

/** Answers one value after another. */
const benchmarkOf = (values: number[]): Benchmark => ({
  about: 'one after another',
  run: async () => [{ ms: values.shift() ?? Number.NaN }],
});
const measurement = (reach: number): Measurement => ({
  name: 'one',
  args: [],
  short: [],
  figures: [{ figure: 'a time', unit: 'ms', reach, pick: ({ rows }) => Number(rows[0]?.ms) }],
});
const silent = (): void => undefined;

describe('the table', () => {
  it('tells each figure, whether it is reached, and its ratio', async () => {
    const { measured } = await measureTable(async () => benchmarkOf([5]), silent, [measurement(10)]);
    expect(measured).toMatchObject([{ figure: 'a time', value: 5, isReached: true }]);
  });

  it('measures what is far off again in the short form, and takes a good one', async () => {
    const tries = benchmarkOf([1e9, 1e9, 5, 1e9]);
    const { measured } = await measureShort(async () => tries, silent, [measurement(10)]);
    expect(measured).toMatchObject([{ value: 5, isFarOff: false }]);
  });

  it('says what stays far off', async () => {
    const { measured } = await measureShort(async () => benchmarkOf([1e9, 1e9, 1e9]), silent, [measurement(10)]);
    expect(measured).toMatchObject([{ isFarOff: true }]);
  });

  it('has a short form that leaves figures out, and no two of one name', () => {
    const names = MEASUREMENTS.map(({ name, args }) => [name, ...args].join(' '));
    expect(new Set(names).size).toBe(names.length);
    expect(MEASUREMENTS.some(({ short }) => short)).toBe(true);
  });
});
