import type { Report, Row } from '../report.ts';
import type { Measurement } from './figure.ts';

/** A column of the one row that has these values. */
const pick =
  (column: string, where: Row = {}) =>
  ({ rows }: Report): number => {
    const row = rows.find((each) => Object.entries(where).every(([name, value]) => each[name] === value));
    return Number(row?.[column] ?? Number.NaN);
  };

/** A column of the row that stands at this place. */
const at =
  (index: number, column: string) =>
  ({ rows }: Report): number =>
    Number(rows[index]?.[column] ?? Number.NaN);

/** Calls that the board had not counted in the end, or more than once, in the row that stands at this place. */
const unaccounted =
  (index: number) =>
  (report: Report): number =>
    at(index, 'lost')(report) + at(index, 'twice')(report);

/** All that the table measures, in its order. The figures to reach and their floors are explained in docs/benchmarks.md. */
export const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'cold-start',
    args: ['--preset', 's200', '--runs', '3'],
    figures: [
      {
        figure: 'cold start, 200 sessions / 203 MB: all on the board',
        unit: 'ms',
        reach: 800,
        pick: at(0, 'all sessions ms'),
      },
      { figure: '… counters complete', unit: 'ms', reach: 2_000, pick: at(0, 'counters complete ms') },
      { figure: '… peak memory of the agent', unit: 'MB', reach: 110, pick: at(2, 'peak RSS MB') },
      { figure: 'restart with cursors kept', unit: 'ms', reach: 500, pick: at(1, 'all sessions ms') },
    ],
  },
  {
    name: 'cold-start',
    args: ['--preset', 's2000', '--runs', '1'],
    figures: [
      {
        figure: 'cold start, 2,000 sessions / 1.03 GB: all on the board',
        unit: 'ms',
        reach: 2_500,
        pick: at(0, 'all sessions ms'),
      },
      { figure: '… counters complete', unit: 'ms', reach: 8_000, pick: at(0, 'counters complete ms') },
      { figure: '… peak memory of the agent', unit: 'MB', reach: 150, pick: at(2, 'peak RSS MB') },
    ],
  },
  {
    name: 'latency',
    args: ['--n', '200', '--rates', '', '--burst', '0'],
    short: ['--n', '40', '--sessions', '40', '--rates', '', '--burst', '0'],
    figures: [
      { figure: 'line on disk → browser socket, quiet, p50', unit: 'ms', reach: 4, pick: at(0, 'p50 ms') },
      { figure: '… p99', unit: 'ms', reach: 15, pick: at(0, 'p99 ms') },
    ],
  },
  {
    name: 'latency',
    args: ['--n', '0', '--rates', '2000,10000', '--burst', '20000'],
    figures: [
      { figure: '… at 2,000 lines/s over 200 files, p99', unit: 'ms', reach: 40, pick: at(0, 'p99 ms') },
      { figure: '… lines lost or counted twice', unit: 'lost', reach: 0, pick: unaccounted(0) },
      { figure: '… at 10,000 lines/s, p99', unit: 'ms', reach: 150, pick: at(1, 'p99 ms') },
      { figure: '… lines lost or counted twice', unit: 'lost', reach: 0, pick: unaccounted(1) },
      { figure: '20,000 lines at once over 200 files, settled', unit: 'ms', reach: 900, pick: at(2, 'settled ms') },
      { figure: '… lines lost or counted twice', unit: 'lost', reach: 0, pick: unaccounted(2) },
    ],
  },
  {
    name: 'idle',
    args: [],
    figures: [
      { figure: 'the agent with 20 idle sessions, of a core', unit: '%', reach: 0.5, pick: at(0, 'CPU % of a core') },
      { figure: '… memory', unit: 'MB', reach: 80, pick: at(0, 'RSS MB') },
    ],
  },
  {
    name: 'ingest',
    args: [],
    short: ['--events', '10000', '--single', '1000'],
    figures: [
      {
        figure: 'POST /api/ingest → log → fold → socket, Redis',
        unit: 'events/s',
        reach: 20_000,
        pick: pick('events/s', { backend: 'redis', what: 'batches of 500' }),
      },
      {
        figure: '… embedded',
        unit: 'events/s',
        reach: 30_000,
        pick: pick('events/s', { backend: 'embedded', what: 'batches of 500' }),
      },
      {
        figure: '… one event a request, Redis',
        unit: 'events/s',
        reach: 5_000,
        usual: 1_200,
        pick: pick('events/s', { backend: 'redis', what: 'one a request' }),
      },
      {
        figure: '… one event a request, embedded',
        unit: 'events/s',
        reach: 5_000,
        usual: 900,
        pick: pick('events/s', { backend: 'embedded', what: 'one a request' }),
      },
    ],
  },
  {
    name: 'hook',
    args: ['--n', '100'],
    short: ['--n', '20'],
    figures: [
      {
        figure: 'hook: time added to one tool call, p50',
        unit: 'ms',
        reach: 5,
        pick: pick('more than none, p50 ms', { hook: 'sh', payload: '3 kB', spool: 'empty' }),
      },
    ],
  },
  {
    name: 'fan-out',
    args: ['--viewers', '1000,5000', '--n', '40'],
    short: ['--viewers', '1000', '--n', '10'],
    figures: [
      {
        figure: '1 change to 1,000 viewers, all got it, p50',
        unit: 'ms',
        reach: 28,
        pick: pick('p50 ms', { viewers: 1_000 }),
      },
      { figure: '… 5,000 viewers', unit: 'ms', reach: 120, pick: pick('p50 ms', { viewers: 5_000 }) },
    ],
  },
  {
    name: 'join',
    args: [],
    short: ['--histories', '20000'],
    figures: [
      {
        figure: 'a viewer joins after 20,000 events, p50',
        unit: 'ms',
        reach: 60,
        pick: pick('p50 ms', { 'events before': 20_000 }),
      },
      { figure: '… after 100,000 events', unit: 'ms', reach: 60, pick: pick('p50 ms', { 'events before': 100_000 }) },
    ],
  },
  {
    name: 'rebuild',
    args: [],
    short: ['--events', '20000', '--rounds', '1'],
    figures: [
      {
        figure: 'rebuild of all cards from the log, on one core',
        unit: 'events/s',
        reach: 100_000,
        usual: 50_000,
        pick: pick('events/s', { what: 'read, parsed, folded and saved' }),
      },
    ],
  },
];
