import type { Benchmark, Report, Row } from '../report.ts';
import { rounded } from '../report.ts';
import { calibrate } from './calibration.ts';
import { type Figure, inCalibrations, isFarOff, isReached, type Measurement } from './figure.ts';
import { MEASUREMENTS } from './rows.ts';

export interface Measured {
  figure: string;
  unit: string;
  reach: number;
  value: number;
  /** In pieces of the calibration loop, see `inCalibrations`. */
  ratio: number;
  isReached: boolean;
  /** Of a short run: so much worse that something must have broken. */
  isFarOff: boolean;
}

export interface Table {
  calibrationMs: number;
  measured: Measured[];
}

export const toRow = ({ figure, unit, reach, value, ratio, isReached: reached }: Measured): Row => ({
  figure,
  'to reach': `${unit.endsWith('/s') ? '≥' : '≤'} ${reach.toLocaleString('en')} ${unit}`,
  measured: Number.isNaN(value) ? 'not measured' : value,
  ratio: Number.isNaN(ratio) ? '' : rounded(ratio, 3),
  '': reached ? 'reached' : 'falls short',
});

const toMeasured = (figure: Figure, report: Report, calibrationMs: number): Measured => {
  const value = figure.pick(report);
  return {
    figure: figure.figure,
    unit: figure.unit,
    reach: figure.reach,
    value,
    ratio: inCalibrations(figure, value, calibrationMs),
    isReached: isReached(figure, value),
    isFarOff: isFarOff(figure, value, calibrationMs),
  };
};

export type LoadBenchmark = (name: string) => Promise<Benchmark>;

const measureOnce = async (
  { name, figures }: Measurement,
  args: readonly string[],
  load: LoadBenchmark,
): Promise<Measured[]> => {
  const calibrationMs = calibrate();
  const answer = await (await load(name)).run(args);
  const report = Array.isArray(answer) ? { rows: answer, more: {} } : answer;
  return figures.map((figure) => toMeasured(figure, report, calibrationMs));
};

/** Every row of the table, one after another. */
export const measureTable = async (
  load: LoadBenchmark,
  say: (name: string) => void,
  measurements = MEASUREMENTS,
): Promise<Table> => {
  const measured: Measured[] = [];
  for (const measurement of measurements) {
    say([measurement.name, ...measurement.args].join(' '));
    measured.push(...(await measureOnce(measurement, measurement.args, load)));
  }
  return { calibrationMs: calibrate(), measured };
};

/** A row that is far off is measured again so often: a neighbour's burst passes, a fault does not. */
const TRIES = 3;

/** The short form: those rows that it has, with fewer rounds. Rows that its arguments leave out are not told. */
export const measureShort = async (
  load: LoadBenchmark,
  say: (name: string) => void,
  measurements = MEASUREMENTS,
): Promise<Table> => {
  const measured: Measured[] = [];
  for (const measurement of measurements) {
    const { name, short } = measurement;
    if (!short) continue;
    let told: Measured[] = [];
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      say([name, ...short, ...(attempt > 1 ? [`(again, ${attempt} of ${TRIES})`] : [])].join(' '));
      told = (await measureOnce(measurement, short, load)).filter(({ value }) => !Number.isNaN(value));
      if (told.length > 0 && !told.some(({ isFarOff: bad }) => bad)) break;
    }
    if (told.length === 0) throw new Error(`the benchmark ${name} told none of its figures`);
    measured.push(...told);
  }
  return { calibrationMs: calibrate(), measured };
};
