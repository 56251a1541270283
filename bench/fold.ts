import type { SessionEvent } from '@crewboard/contract';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { demoEvents } from '../cli/src/demo/events.ts';
import { type Benchmark, median, rounded } from './report.ts';

const EVENTS = 100_000;
const ROUNDS = 5;

const events = (): SessionEvent[] => {
  const all: SessionEvent[] = [];
  for (const { event } of demoEvents(1, Date.UTC(2026, 0, 5, 9))) {
    if (all.push(event) >= EVENTS) break;
  }
  return all;
};

/** Events per second of one pass over all of them, every session from its beginning. */
const pass = (all: readonly SessionEvent[], each: (state: SessionState, event: SessionEvent) => void): number => {
  const states = new Map<string, SessionState>();
  const begun = performance.now();
  for (const event of all) {
    const state = evolve(states.get(event.sessionId), event);
    states.set(event.sessionId, state);
    each(state, event);
  }
  return all.length / ((performance.now() - begun) / 1_000);
};

export const benchmark: Benchmark = {
  about: `Events per second through the status fold, one core, ${EVENTS} invented events of 30 sessions, median of ${ROUNDS}`,
  run: async () => {
    const all = events();
    const rate = (each: Parameters<typeof pass>[1]): number => {
      pass(all, each);
      return rounded(median(Array.from({ length: ROUNDS }, () => pass(all, each))));
    };
    return [
      { what: 'evolve', 'events/s': rate(() => {}) },
      { what: 'evolve, and a card after each', 'events/s': rate((state, event) => advance(state, event.occurredAt)) },
      { what: 'evolve, then the same event again', 'events/s': rate((state, event) => evolve(state, event)) },
    ];
  },
};
