import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { SessionEvent } from '@crewboard/contract';
import { type EventLog, openEmbeddedLog } from '@crewboard/event-log';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { createStatusMetrics, createStatusService } from '@crewboard/status';
import { z } from 'zod';
import { demoEvents } from '../cli/src/demo/events.ts';
import { tempDir } from './process.ts';
import { type Benchmark, median, type Row, rounded } from './report.ts';

const APPEND = 1_000;
const POLL_MS = 5;
const DAY_MS = 24 * 3_600_000;
const argsSchema = z.object({ events: z.coerce.number().int().min(1), rounds: z.coerce.number().int().min(1) });

const fill = async (log: EventLog, count: number): Promise<void> => {
  let batch: SessionEvent[] = [];
  let told = 0;
  for (const { event } of demoEvents(1, Date.now() - DAY_MS)) {
    batch.push(event);
    told += 1;
    if (batch.length < APPEND && told < count) continue;
    await log.append(batch);
    batch = [];
    if (told >= count) return;
  }
};

/** The status service on a board that was forgotten, until its checkpoint is the log's last event. */
const rebuild = async (log: EventLog): Promise<{ wallMs: number; cpuMs: number }> => {
  await log.resetBoard();
  const last = await log.lastOffset(0);
  const stop = new AbortController();
  const service = createStatusService({
    log,
    holder: 'bench',
    logger: createLogger({ name: 'bench', level: 'silent' }),
    metrics: createStatusMetrics(createMetrics()),
  });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const running = service.run(stop.signal);
  while ((await log.checkpoint(0)) !== last) await sleep(POLL_MS);
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  stop.abort();
  await running;
  return { wallMs, cpuMs: (user + system) / 1_000 };
};

const parseOnly = async (log: EventLog): Promise<number> => {
  const cpu = process.cpuUsage();
  let after = '0-0';
  for (;;) {
    const entries = await log.read(0, { after, count: APPEND });
    const last = entries.at(-1);
    if (!last) break;
    after = last.offset;
  }
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1_000;
};

export const benchmark: Benchmark = {
  about:
    'All cards, histories and stories anew from an embedded log, by the CPU time that it takes (--events 100000, --rounds 3)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { events: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
    });
    const { events, rounds } = argsSchema.parse(values);
    const log = await openEmbeddedLog({ dir: tempDir() });
    try {
      await fill(log, events);
      // Once to be warm.
      await rebuild(log);
      const samples: { wallMs: number; cpuMs: number }[] = [];
      for (let round = 0; round < rounds; round++) samples.push(await rebuild(log));
      const cpuMs = median(samples.map((sample) => sample.cpuMs));
      const readMs = await parseOnly(log);
      const perSecond = (ms: number): number => rounded(events / (ms / 1_000));
      const rows: Row[] = [
        {
          what: 'read, parsed, folded and saved',
          events,
          'events/s': perSecond(cpuMs),
          'µs/event': rounded((cpuMs * 1_000) / events, 1),
          'by the clock, events/s': perSecond(median(samples.map((sample) => sample.wallMs))),
        },
        {
          what: '… of it read and parsed',
          events,
          'events/s': perSecond(readMs),
          'µs/event': rounded((readMs * 1_000) / events, 1),
        },
      ];
      return rows;
    } finally {
      await log.close();
    }
  },
};
