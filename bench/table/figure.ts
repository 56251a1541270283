import type { Report } from '../report.ts';

/** One row of the table: a figure that a benchmark gives, and what it is to be. */
export interface Figure {
  figure: string;
  /** Of the value; what ends in `/s` is better when there is more of it, all else when there is less. */
  unit: 'ms' | 'MB' | '%' | 'events/s' | 'lost';
  reach: number;
  /** What it comes to where that is not reached: the short form holds it against this. */
  usual?: number;
  /** The figure in what its benchmark answered; NaN where it is not there. */
  pick(report: Report): number;
}

/** One run of a benchmark, and the rows that it fills. */
export interface Measurement {
  /** As in `npm run bench -- <name>`. */
  name: string;
  args: readonly string[];
  /** For the short form: fewer rounds. Absent: it is no part of it. */
  short?: readonly string[];
  figures: readonly Figure[];
}

const isMoreBetter = ({ unit }: Pick<Figure, 'unit'>): boolean => unit.endsWith('/s');

export const isReached = (figure: Pick<Figure, 'unit' | 'reach'>, value: number): boolean =>
  isMoreBetter(figure) ? value >= figure.reach : value <= figure.reach;

/** What does not depend on how fast the machine is. */
const isOfTheMachine = ({ unit }: Pick<Figure, 'unit'>): boolean => unit === 'ms' || unit.endsWith('/s');

/** The value in pieces of the calibration loop: a time as so many of them, a rate as so much in one. Memory and losses as they are. */
export const inCalibrations = (figure: Pick<Figure, 'unit'>, value: number, calibrationMs: number): number => {
  if (!isOfTheMachine(figure)) return value;
  return isMoreBetter(figure) ? (value * calibrationMs) / 1_000 : value / calibrationMs;
};

/** The calibration loop of the machine that the figures to reach were set for (docs/benchmarks.md), ms. */
export const REFERENCE_CALIBRATION_MS = 34;

/** So many times worse than it should be may a short run be, on the machine as it is now: it has few rounds, and neighbours. */
const SLACK = 4;

/** Whether a short run says that something broke, and not only that the machine is slow or busy. */
export const isFarOff = (figure: Figure, value: number, calibrationMs: number): boolean => {
  if (Number.isNaN(value)) return true;
  const slower = isOfTheMachine(figure) ? Math.max(1, calibrationMs / REFERENCE_CALIBRATION_MS) : 1;
  const should = figure.usual ?? figure.reach;
  return isMoreBetter(figure) ? value * slower * SLACK < should : value > should * slower * SLACK;
};
