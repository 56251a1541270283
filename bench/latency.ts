import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createRandom, type Random } from '../cli/src/demo/random.ts';
import { startSolo, untilBoard, untilQuiet } from './board.ts';
import { type FeedWatcher, watchFeed } from './feed.ts';
import { measureBurst, measureLoad } from './load.ts';
import { type Probe, probesOf } from './probe.ts';
import { prepare, type Running, tempDir } from './process.ts';
import { type Benchmark, percentiles, type Row, rounded } from './report.ts';
import { writeTree } from './tree/tree.ts';

const LOST_AFTER_MS = 15_000;
const BYTES_BY_SESSION = 300_000;
const rates = z
  .string()
  .transform((text) => text.split(',').filter((rate) => rate !== ''))
  .pipe(z.array(z.string().transform(Number).pipe(z.number().int().min(1))));
const argsSchema = z.object({
  sessions: z.coerce.number().int().min(2),
  n: z.coerce.number().int().min(0),
  rates,
  burst: z.coerce.number().int().min(0),
});

/** One line at a time on a quiet tree; from just before the write to the message on the socket. */
const measureQuiet = async (
  probes: readonly Probe[],
  feed: FeedWatcher,
  n: number,
  random: Random,
  running: Running,
): Promise<Row> => {
  const samples: number[] = [];
  const cpuBefore = running.cpuMs();
  for (let index = 0; index < n; index++) {
    await sleep(random.between(20, 150));
    const probe = random.pick(probes);
    const marker = `make probe-${index}-end`;
    const seen = feed.seen(marker, LOST_AFTER_MS);
    const writtenAt = probe.call(marker);
    samples.push((await seen) - writtenAt);
    probe.finish();
  }
  return {
    what: 'one line at a time',
    ...percentiles(samples),
    'CPU ms/line': rounded((running.cpuMs() - cpuBefore) / (2 * n), 1),
  };
};

export const benchmark: Benchmark = {
  about:
    'From a line on disk to a WebSocket client of the board: quiet, under load, and all at once (--sessions 200, --n 300, --rates 2000,10000, --burst 20000; 0 or nothing leaves one out)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sessions: { type: 'string', default: '200' },
        n: { type: 'string', default: '300' },
        rates: { type: 'string', default: '2000,10000' },
        burst: { type: 'string', default: '20000' },
      },
    });
    const { sessions, n, rates: linesPerSecond, burst } = argsSchema.parse(values);
    prepare();
    const random = createRandom(1);
    const claudeDir = tempDir();
    const options = { sessions, totalBytes: sessions * BYTES_BY_SESSION, seed: 1, bulkShare: 0.1 };
    const tree = writeTree(claudeDir, options, Date.now());
    const probes = probesOf(claudeDir, random);
    const solo = await startSolo(claudeDir, tempDir());
    try {
      await untilBoard(solo, 50, (board) => board.sessions.length >= tree.sessions);
      await untilQuiet(solo, 3_000);
      const feed = await watchFeed(solo.url);
      const rows: Row[] = [];
      if (n > 0) rows.push(await measureQuiet(probes, feed, n, random, solo.process));
      for (const rate of linesPerSecond) {
        rows.push(await measureLoad(rate, probes, feed, solo));
        await untilQuiet(solo, 3_000);
      }
      feed.close();
      if (burst > 0) rows.push(await measureBurst(burst, probes, solo));
      return rows.map((row) => ({ sessions, ...row }));
    } finally {
      await solo.process.stop();
    }
  },
};
