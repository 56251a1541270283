import type { EnrichmentChange, SessionEvent } from '@crewboard/contract';
import { expect, test, vi } from 'vitest';
import { runDemo } from './run-demo.ts';

const START = Date.UTC(2026, 0, 5, 9);

test('tells the opening at once, the rest in its time, summaries and pull requests after the cards, and stops when told', async () => {
  vi.useFakeTimers({ now: START });
  const events: { at: number; event: SessionEvent }[] = [];
  const changes: { at: number; change: EnrichmentChange }[] = [];
  const stop = new AbortController();
  const log = {
    append: async (batch: readonly SessionEvent[]) =>
      void events.push(...batch.map((event) => ({ at: Date.now(), event }))),
    appendChanges: async (batch: readonly EnrichmentChange[]) =>
      changes.push(...batch.map((change) => ({ at: Date.now(), change }))),
  };
  try {
    const running = runDemo({ log, signal: stop.signal, seed: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1);
    await running;
  } finally {
    vi.useRealTimers();
  }
  const opening = events.filter(({ at }) => at === START);
  expect(new Set(opening.map(({ event }) => event.sessionId)).size).toBe(25);
  const live = events.filter(({ at }) => at > START);
  expect(live.length).toBeGreaterThan(20);
  for (const { at, event } of live) expect(at).toBe(event.occurredAt);
  expect(changes.every(({ at }) => at >= START + 2_000)).toBe(true);
  expect(new Set(changes.map(({ change }) => change.type))).toEqual(new Set(['SummaryWritten', 'PullRequestSeen']));
});
