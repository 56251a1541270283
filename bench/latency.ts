import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createRandom, type Random } from '../cli/src/demo/random.ts';
import { startSolo, untilBoard, untilQuiet } from './board.ts';
import { type FeedWatcher, watchFeed } from './feed.ts';
import { type Probe, probesOf } from './probe.ts';
import { prepare, type Running, tempDir } from './process.ts';
import { type Benchmark, percentiles, quantile, type Row, rounded } from './report.ts';
import { writeTree } from './tree/tree.ts';

const LOST_AFTER_MS = 15_000;
const BYTES_BY_SESSION = 300_000;
/** Each call writes two lines: the result of the one before, and itself. */
const LOAD = { callsPerSecond: 250, sessions: 50, durationMs: 10_000, tickMs: 10, probeEveryMs: 50 };

const argsSchema = z.object({
  sessions: z.coerce.number().int().min(2),
  n: z.coerce.number().int().min(1),
  busy: z.boolean(),
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

/** Many sessions at once; one of them is watched, which gets a line every 50 ms like all the others get theirs. */
const measureBusy = async (probes: readonly Probe[], feed: FeedWatcher, running: Running): Promise<Row[]> => {
  const [watched, ...others] = probes.slice(0, LOAD.sessions + 1);
  if (!watched) throw new Error('no session to watch');
  const writtenAt: number[] = [];
  const seenAt: number[] = [];
  const updates: number[] = [];
  feed.onMessage((text, at) => {
    if (!text.includes(watched.sessionId)) return;
    const last = Math.max(-1, ...[...text.matchAll(/watched-(\d+)-end/g)].map((match) => Number(match[1])));
    if (last < 0 || last < seenAt.length) return;
    updates.push(at);
    while (seenAt.length <= last) seenAt.push(at);
  });

  const cpuBefore = running.cpuMs();
  const begun = performance.now();
  let written = 0;
  while (performance.now() - begun < LOAD.durationMs) {
    const elapsed = performance.now() - begun;
    for (const due = (elapsed / 1_000) * LOAD.callsPerSecond; written < due; written++) {
      others[written % others.length]?.call(`make load-${written}-end`);
    }
    if (elapsed >= writtenAt.length * LOAD.probeEveryMs) {
      writtenAt.push(watched.call(`make watched-${writtenAt.length}-end`));
    }
    await sleep(LOAD.tickMs);
  }
  const cpuShare = (running.cpuMs() - cpuBefore) / (performance.now() - begun);

  const lastWrite = performance.now();
  const finals = others.map((probe, index) => {
    const marker = `make final-${index}-end`;
    const seen = feed.seen(marker, LOST_AFTER_MS).catch(() => Number.NaN);
    probe.call(marker);
    return seen;
  });
  const marker = `make watched-${writtenAt.length}-end`;
  const last = feed.seen(marker, LOST_AFTER_MS).catch(() => Number.NaN);
  watched.call(marker);
  const finalTimes = (await Promise.all([...finals, last])).map((at) => at - lastWrite);
  const arrived = finalTimes.filter((ms) => !Number.isNaN(ms));
  const gaps = [begun, ...updates].map((at, index, all) => (all[index + 1] ?? at) - at);
  return [
    {
      what: `${LOAD.callsPerSecond * 2} lines/s over ${others.length} sessions`,
      ...percentiles(writtenAt.flatMap((at, index) => (seenAt[index] === undefined ? [] : [seenAt[index] - at]))),
      'lines/s': rounded((2 * written) / (LOAD.durationMs / 1_000)),
      'longest gap ms': rounded(quantile(gaps, 1)),
      updates: updates.length,
      'CPU share': rounded(cpuShare, 2),
    },
    {
      what: 'the last line of every session after it',
      ...percentiles(arrived),
      lost: finalTimes.length - arrived.length,
    },
  ];
};

export const benchmark: Benchmark = {
  about: 'From a line on disk to a WebSocket client of the board (--sessions 200, --n 300, --busy)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sessions: { type: 'string', default: '200' },
        n: { type: 'string', default: '300' },
        busy: { type: 'boolean', default: false },
      },
    });
    const { sessions, n, busy } = argsSchema.parse(values);
    prepare();
    const random = createRandom(1);
    const claudeDir = tempDir();
    const options = { sessions, totalBytes: sessions * BYTES_BY_SESSION, seed: 1, bulkShare: 0.1 };
    const tree = writeTree(claudeDir, options, Date.now());
    const probes = probesOf(claudeDir, random);
    const solo = await startSolo(claudeDir, tempDir());
    try {
      await untilBoard(solo, 50, (board) => board.sessions.length >= tree.sessions);
      await untilQuiet(solo, 2_000);
      const feed = await watchFeed(solo.url);
      const rows = [await measureQuiet(probes, feed, n, random, solo.process)];
      if (busy) rows.push(...(await measureBusy(probes, feed, solo.process)));
      feed.close();
      return rows.map((row) => ({ sessions, ...row }));
    } finally {
      await solo.process.stop();
    }
  },
};
