import type { Solo } from './board.ts';
import { watchCounts } from './feed.ts';
import { CALL_TOKENS } from './probe.ts';

/** Whether the board has counted every call that was written since it was opened. */
export interface Account {
  /** A call was written for this session. */
  wrote(sessionId: string, calls?: number): void;
  readonly calls: number;
  /** Waits until all are counted, at a client of its own; answers when they were, and how many are missing or counted twice after `withinMs`. */
  settle(withinMs: number): Promise<{ at: number; missing: number; twice: number }>;
}

/** Opens one on a board that has settled. */
export const openAccount = async (solo: Solo, sessions: number): Promise<Account> => {
  const watch = () => watchCounts(solo.url, solo.process.assertAlive);
  const before = await watch();
  await before.until('the board before the load', () => before.outputTokens.size >= sessions, 10_000);
  const expected = new Map(before.outputTokens);
  before.close();
  let calls = 0;
  return {
    wrote(sessionId, written = 1) {
      calls += written;
      expected.set(sessionId, (expected.get(sessionId) ?? 0) + written * CALL_TOKENS);
    },
    get calls() {
      return calls;
    },
    async settle(withinMs) {
      const counts = await watch();
      const difference = (sessionId: string, tokens: number): number =>
        (tokens - (counts.outputTokens.get(sessionId) ?? 0)) / CALL_TOKENS;
      const isSettled = () => [...expected].every(([sessionId, tokens]) => difference(sessionId, tokens) === 0);
      const at = await counts.until('all calls', isSettled, withinMs).catch(() => Number.NaN);
      const differences = [...expected].map(([sessionId, tokens]) => difference(sessionId, tokens));
      counts.close();
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      return {
        at,
        missing: sum(differences.filter((value) => value > 0)),
        twice: -sum(differences.filter((value) => value < 0)),
      };
    },
  };
};
