import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { type Row, rounded } from '../report.ts';

/** Times of a trace in µs; `tdur` is the time of the thread itself: what else runs on the machine does not count. */
const eventSchema = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number().default(0),
  dur: z.number().optional(),
  tdur: z.number().optional(),
  args: z.looseObject({ name: z.unknown().optional() }).optional(),
});
type TraceEvent = z.infer<typeof eventSchema>;
const traceSchema = z.object({ traceEvents: z.array(eventSchema) });

const CATEGORIES = ['-*', 'toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'];
const TASK = 'RunTask';
const LONG_MS = 100;

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
const ms = (us = 0): number => us / 1_000;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What ran on the busiest renderer's main thread, in order: with one page open, that is the page's. */
const ofMainThread = (events: readonly TraceEvent[]): TraceEvent[] => {
  const threads = events.flatMap((event) =>
    event.name === 'thread_name' && event.args?.name === 'CrRendererMain' ? threadOf(event) : [],
  );
  const own = threads.map((thread) => events.filter((event) => event.ph === 'X' && threadOf(event) === thread));
  const busy = (ran: readonly TraceEvent[]): number => sum(ran.map(({ tdur = 0 }) => tdur));
  const [busiest = []] = own.sort((a, b) => busy(b) - busy(a));
  return busiest.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
};

/** The time of the thread in each kind of event, without what ran within, in ms; the most first. */
const selfTimes = (events: readonly TraceEvent[]): [name: string, ms: number][] => {
  const times = new Map<string, number>();
  const add = (name: string, time: number) => times.set(name, (times.get(name) ?? 0) + time);
  const around: TraceEvent[] = [];
  for (const event of events) {
    const end = ({ ts, dur = 0 }: TraceEvent): number => ts + dur;
    while (around.length > 0 && end(around.at(-1) as TraceEvent) <= event.ts) around.pop();
    const outer = around.at(-1);
    if (outer) add(outer.name, -ms(event.tdur));
    add(event.name, ms(event.tdur));
    around.push(event);
  }
  return [...times].sort(([, a], [, b]) => b - a);
};

/** What a trace tells of the page's main thread. Tasks by the thread's own time, and by the clock. */
export interface Traced {
  figures: Row;
  /** All that the thread did. */
  ownMs: number;
  /** Where the time of the thread went. */
  parts: Row[];
}

/** Of traces taken one after the other. */
export const readTraces = (traces: readonly unknown[]): Traced => {
  const ran = traces.flatMap((trace) => ofMainThread(traceSchema.parse(trace).traceEvents));
  const tasks = ran.filter(({ name }) => name === TASK);
  const longest = (times: readonly number[]): number => rounded(Math.max(0, ...times), 1);
  const byThread = tasks.map(({ tdur }) => ms(tdur));
  return {
    ownMs: sum(byThread),
    figures: {
      'longest task, own ms': longest(byThread),
      [`tasks over ${LONG_MS} ms, own`]: byThread.filter((time) => time > LONG_MS).length,
      'longest task, clock ms': longest(tasks.map(({ dur }) => ms(dur))),
    },
    parts: selfTimes(ran)
      .slice(0, 14)
      .map(([part, time]) => ({ part, 'own ms': rounded(time) })),
  };
};

/** Traces all that the browser does meanwhile. */
export const traced = async <Result>(
  browser: Browser,
  page: Page,
  act: () => Promise<Result>,
): Promise<{ result: Result; trace: unknown }> => {
  await browser.startTracing(page, { categories: CATEGORIES });
  const result = await act();
  return { result, trace: JSON.parse(String(await browser.stopTracing())) };
};
