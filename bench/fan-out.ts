import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startLoadBoard } from './load/board.ts';
import { openViewers } from './load/viewers.ts';
import { prepare } from './process.ts';
import { type Benchmark, percentiles, quantile, type Row, rounded } from './report.ts';
import { sessionScript } from './team/session.ts';

const SEEN_WITHIN_MS = 20_000;
/** Between two changes, ms: each meets a board at rest. */
const PAUSE_MS = 60;

const argsSchema = z.object({
  viewers: z.string().transform((list) => list.split(',').map(Number)),
  n: z.coerce.number().int().min(1),
});

/** One change at a time; from just before its event is sent to the board, until the last viewer has it. */
export const measureFanOut = async (viewers: number, n: number): Promise<Row> => {
  const board = await startLoadBoard('embedded', 1);
  try {
    const [machine] = board.machines;
    if (!machine) throw new Error('no machine has joined');
    const script = sessionScript('watched');
    await machine.send(Array.from({ length: 3 }, () => script.next().value));
    const pages = await openViewers(board.url, viewers);
    await sleep(500);
    const all: number[] = [];
    const spread: number[] = [];
    const server = board.processes.board;
    let cpuMs = 0;
    for (let change = 0; change < n + 3; change++) {
      await sleep(PAUSE_MS);
      const [event] = [script.next().value];
      const title = `change ${change} of many`;
      const seen = pages.seen(title, SEEN_WITHIN_MS);
      const cpuBefore = server?.cpuMs() ?? 0;
      const sentAt = performance.now();
      await machine.send([{ ...event, type: 'TitleGiven', data: { title, by: 'model' } }]);
      const times = await seen;
      // The first ones warm it up.
      if (change < 3) continue;
      all.push((times.at(-1) ?? Number.NaN) - sentAt);
      spread.push((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN));
      cpuMs += (server?.cpuMs() ?? 0) - cpuBefore;
    }
    pages.close();
    return {
      viewers,
      ...percentiles(all),
      'first to last, p50 ms': rounded(quantile(spread, 0.5), 1),
      'server CPU ms/change': rounded(cpuMs / n, 1),
    };
  } finally {
    await board.stop();
  }
};

export const benchmark: Benchmark = {
  about:
    'One change until every viewer has it, from before its event is sent to the board (--viewers 1000,5000, --n 60)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { viewers: { type: 'string', default: '1000,5000' }, n: { type: 'string', default: '60' } },
    });
    const { viewers, n } = argsSchema.parse(values);
    prepare();
    const rows: Row[] = [];
    for (const count of viewers) rows.push(await measureFanOut(count, n));
    return rows;
  },
};
