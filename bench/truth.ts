import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { missReason } from '../cli/src/replay/known-misses.ts';
import type { Verdict } from '../cli/src/replay/score.ts';
import { DRESSES, verdictsOf } from '../cli/src/replay/scoreboard.ts';
import { type Benchmark, quantile, type Row, rounded } from './report.ts';

const CAPTURES = join(import.meta.dirname, '../test/captures');

interface Board {
  dress: string;
  verdicts: { capture: string; verdict: Verdict }[];
}

const boardOf = async (dress: string, captures: readonly string[]): Promise<Board> => {
  const verdicts: Board['verdicts'] = [];
  for (const capture of captures) {
    const found = await verdictsOf(join(CAPTURES, capture), DRESSES[dress] ?? []);
    verdicts.push(...found.map((verdict) => ({ capture, verdict })));
  }
  return { dress, verdicts };
};

const countRight = (verdicts: Board['verdicts']): number => verdicts.filter(({ verdict }) => verdict.isRight).length;

const ms = (seconds: number): number => rounded(seconds * 1_000);

const summary = ({ dress, verdicts }: Board): Row => {
  const delays = verdicts.flatMap(({ verdict }) => verdict.delay ?? []);
  return {
    dress,
    right: countRight(verdicts),
    total: verdicts.length,
    changes: delays.length,
    'delay p50 ms': ms(quantile(delays, 0.5)),
    'p95 ms': ms(quantile(delays, 0.95)),
    'max ms': ms(quantile(delays, 1)),
  };
};

const byCapture = (boards: readonly Board[], captures: readonly string[]): Row[] =>
  captures.map((capture) => {
    const row: Row = { capture };
    for (const { dress, verdicts } of boards) {
      const own = verdicts.filter((one) => one.capture === capture);
      row.total = own.length;
      row[dress] = countRight(own);
      const delays = own.flatMap(({ verdict }) => verdict.delay ?? []);
      if (dress === 'all sources' && delays.length > 0) row['delay max ms'] = ms(quantile(delays, 1));
    }
    return row;
  });

const misses = (boards: readonly Board[]): Row[] =>
  boards.flatMap(({ dress, verdicts }) =>
    verdicts.flatMap(({ capture, verdict: { point, said, isRight } }) => {
      if (isRight) return [];
      const board = said === undefined ? 'nothing' : said.ended ? 'ended' : said.status;
      const reason = missReason(dress, capture, point.t) ?? 'not known';
      return [{ dress, capture, t: point.t, screen: point.status, board, 'because it says': said?.why ?? '', reason }];
    }),
  );

export const benchmark: Benchmark = {
  about:
    'Every capture through the parsers and the fold, against what its screen showed, with all senses and with fewer',
  run: async ([only]) => {
    const captures = readdirSync(CAPTURES).filter((name) => only === undefined || name === only);
    if (captures.length === 0) throw new Error(`There is no capture “${only}” in test/captures.`);
    const boards: Board[] = [];
    for (const dress of Object.keys(DRESSES)) boards.push(await boardOf(dress, captures));
    return {
      rows: boards.map(summary),
      more: { captures: byCapture(boards, captures), misses: misses(boards) },
    };
  },
};
