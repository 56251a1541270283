import type { EnrichmentChange } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import { createEnrichment } from './enrichment.ts';
import { type DemoStep, demoEvents } from './events.ts';

export interface DemoOptions {
  log: Pick<EventLog, 'append' | 'appendChanges'>;
  /** Ends the demo; the promise then resolves. */
  signal: AbortSignal;
  seed: number;
  /** The time that the demo begins at, ms since 1970. */
  now?: () => number;
}

/** The board drops what it is told of a session before its first card: so long the opening's cards have to be made. */
const CARDS_READY_MS = 2_000;

/** Plays the demo into a log in real time: the opening at once, then step by step until the signal. Rejects where the log does. */
export const runDemo = async ({ log, signal, seed, now = Date.now }: DemoOptions): Promise<void> => {
  const startAt = now();
  const steps = demoEvents(seed, startAt);
  const enrich = createEnrichment();
  let waiting: { dueAt: number; change: EnrichmentChange }[] = [];

  const tell = async (batch: readonly DemoStep[]): Promise<void> => {
    await log.append(batch.map(({ event }) => event));
    for (const { atMs, event } of batch) {
      for (const { afterMs, change } of enrich(event)) {
        waiting.push({ dueAt: Math.max(atMs + afterMs, startAt + CARDS_READY_MS), change });
      }
    }
  };
  const tellDue = async (): Promise<void> => {
    const due = waiting.filter(({ dueAt }) => dueAt <= now());
    if (due.length === 0) return;
    waiting = waiting.filter((entry) => !due.includes(entry));
    due.sort((a, b) => a.dueAt - b.dueAt);
    await log.appendChanges(due.map(({ change }) => change));
  };

  let batch: DemoStep[] = [];
  while (!signal.aborted) {
    const step = steps.next().value;
    const [first] = batch;
    const isSameBatch = !first || step.atMs === first.atMs || step.atMs <= startAt;
    if (!isSameBatch) {
      await untilDue(first.atMs - now(), signal);
      if (signal.aborted) return;
      await tell(batch);
      await tellDue();
      batch = [];
    }
    batch.push(step);
  }
};

/** Resolves after a while, or as soon as the signal ends it. */
const untilDue = (waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (waitMs <= 0 || signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    signal.addEventListener('abort', end);
  });
