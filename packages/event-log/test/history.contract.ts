import { START_OFFSET, type StatusChange } from '@crewboard/contract';
import { anAskSpan, aStatusChange, T0 } from '@crewboard/contract/testing';
import { describe, expect, it, vi } from 'vitest';
import { FencedOff, HISTORY_MAX, type HistoryEntry } from '../src/event-log.ts';
import { partitionOf } from '../src/partition.ts';
import { aProjection, aRow, foreign, type LogUnderTest, sessionIn, WAIT_MS } from './log-under-test.ts';

const told = (sessionId: string, number: number, overrides: Partial<StatusChange> = {}): HistoryEntry => ({
  sessionId,
  change: aStatusChange({ at: T0 + number, ...overrides }),
});

/** Numbers `from` to `to`, both included. */
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** The histories of sessions: order, cap, atomicity, and when they go. */
export const historyPromises = (t: LogUnderTest): void => {
  const session = sessionIn(0);
  const numbersOf = async (sessionId = session): Promise<number[]> =>
    (await t.log.history(sessionId)).map(({ at }) => at - T0);

  describe('a history', () => {
    it('is empty for an unknown session', async () => {
      expect(await t.log.history('nobody')).toEqual([]);
    });

    it('comes back as it was told, the oldest first, whatever the times say', async () => {
      const changes = [
        aStatusChange({ at: T0 + 5, status: 'idle', ended: true, condition: 'crashed' }),
        aStatusChange({
          at: T0,
          status: 'waiting_for_approval',
          asks: [{ kind: 'permission', tool: 'Bash', agentId: null }],
          disagreement: {
            since: T0,
            sources: [
              { source: 'hook', says: 'Permission asked: “Bash” 🎉', at: T0 },
              { source: 'presence', says: 'The client says busy', at: T0 },
            ],
          },
        }),
        aStatusChange({ at: T0 + 2 }),
      ];
      const held = await t.lease();
      const [first, ...rest] = changes.map((change) => ({ sessionId: session, change }));
      await t.log.save(held, aProjection({ rows: [aRow(session)], history: first ? [first] : [] }));
      await t.log.save(held, aProjection({ history: rest }));
      expect(await t.log.history(session)).toEqual(changes);
      await t.reopen();
      expect(await t.log.history(session)).toEqual(changes);
    });

    it('is each session’s own, in each partition, however the ids are like one another', async () => {
      const likes = ['a', 'a\0', 'a\0\0\0\0\u0001', '1:a', 'n:a', '__proto__', 'ä', 'a'.repeat(200)];
      for (let partition = 0; partition < 2; partition++) {
        const held = await t.lease('a', partition);
        const own = likes.filter((id) => partitionOf(id, t.log.partitions) === partition);
        const history = numbers(1, 3).flatMap((n) => own.map((id) => told(id, likes.indexOf(id) * 10 + n)));
        await t.log.save(held, aProjection({ history }));
      }
      for (const [index, id] of likes.entries()) {
        expect([id, await numbersOf(id)]).toEqual([id, numbers(index * 10 + 1, index * 10 + 3)]);
      }
    });

    it('keeps so many of the latest, told one by one or many at once', async () => {
      const held = await t.lease();
      const save = (from: number, to: number) =>
        t.log.save(held, aProjection({ history: numbers(from, to).map((n) => told(session, n)) }));
      await save(1, HISTORY_MAX - 1);
      expect(await numbersOf()).toEqual(numbers(1, HISTORY_MAX - 1));
      await save(HISTORY_MAX, HISTORY_MAX);
      expect(await numbersOf()).toEqual(numbers(1, HISTORY_MAX));
      await save(HISTORY_MAX + 1, HISTORY_MAX + 1);
      expect(await numbersOf()).toEqual(numbers(2, HISTORY_MAX + 1));
      await save(HISTORY_MAX + 2, 3 * HISTORY_MAX + 7);
      expect(await numbersOf()).toEqual(numbers(2 * HISTORY_MAX + 8, 3 * HISTORY_MAX + 7));
      await t.reopen();
      const again = await vi.waitUntil(() => t.log.acquireLease(0, 'a', 60_000), { timeout: WAIT_MS, interval: 10 });
      await t.log.save(again, aProjection({ history: [told(session, 3 * HISTORY_MAX + 8)] }));
      expect(await numbersOf()).toEqual(numbers(2 * HISTORY_MAX + 9, 3 * HISTORY_MAX + 8));
    });

    it('is not told by a save that is fenced off, no more than its checkpoint', async () => {
      const old = await t.lease('a', 0, 40);
      await t.log.save(old, aProjection({ rows: [aRow(session)], history: [told(session, 1)], checkpoint: '1-0' }));
      const taken = await vi.waitUntil(() => t.log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
      const late = aProjection({ history: [told(session, 2)], checkpoint: '2-0' });
      await expect(t.log.save(old, late)).rejects.toThrow(FencedOff);
      await expect(t.log.save(old, { ...late, removed: [session] })).rejects.toThrow(FencedOff);
      expect(await numbersOf()).toEqual([1]);
      expect((await t.log.load(0)).checkpoint).toBe('1-0');
      await t.log.save(taken, late);
      expect(await numbersOf()).toEqual([1, 2]);
      expect((await t.log.load(0)).checkpoint).toBe('2-0');
    });

    it('goes with its row, and begins anew when the session comes back, be it in the same step', async () => {
      const held = await t.lease();
      const history = numbers(1, HISTORY_MAX + 5).map((n) => told(session, n));
      await t.log.save(held, aProjection({ rows: [aRow(session)], history }));
      await t.log.save(held, aProjection({ removed: [session, 'never-there'] }));
      expect(await t.log.history(session)).toEqual([]);
      await t.log.save(held, aProjection({ rows: [aRow(session)], history: [told(session, 1), told(session, 2)] }));
      expect(await numbersOf()).toEqual([1, 2]);
      const anew = aProjection({ removed: [session], rows: [aRow(session, 'anew')], history: [told(session, 3)] });
      await t.log.save(held, anew);
      expect(await numbersOf()).toEqual([3]);
      expect((await t.log.load(0)).rows).toMatchObject([{ sessionId: session, state: 'anew' }]);
    });

    it('leaves those of others where they are when a row goes', async () => {
      const held = await t.lease();
      const likes = [...numbers(0, 9).map((n) => `${session}${n}`), `${session}\0`, `1:${session}`, `n:${session}`];
      const kept = likes.filter((id) => partitionOf(id, t.log.partitions) === 0);
      expect(kept).not.toEqual([]);
      const ids = [session, ...kept];
      await t.log.save(held, aProjection({ rows: ids.map((id) => aRow(id)), history: ids.map((id) => told(id, 1)) }));
      await t.log.save(held, aProjection({ removed: [session] }));
      expect(await Promise.all(ids.map((id) => numbersOf(id)))).toEqual([[], ...kept.map(() => [1])]);
    });

    it('and a story and the spans of the same session do not mix, and go together', async () => {
      const held = await t.lease();
      const entry = { kind: 'reply', at: T0, text: 'Done.' } as const;
      const other = numbers(0, 99)
        .map((n) => `${session}${n}`)
        .find((id) => partitionOf(id, t.log.partitions) === 0);
      const story = [session, other ?? ''].map((sessionId) => ({ sessionId, entry }));
      const spans = [session, other ?? ''].map((sessionId) => ({ sessionId, span: anAskSpan() }));
      await t.log.save(held, aProjection({ rows: [aRow(session)], history: [told(session, 1)], story, spans }));
      expect(await t.log.story(session)).toEqual([entry]);
      expect(await t.log.spans(session)).toEqual([anAskSpan()]);
      expect(await numbersOf()).toEqual([1]);
      await t.log.save(held, aProjection({ removed: [session] }));
      expect(await t.log.story(session)).toEqual([]);
      expect(await t.log.spans(session)).toEqual([]);
      expect(await numbersOf()).toEqual([]);
      expect(await t.log.story(other ?? '')).toEqual([entry]);
      expect(await t.log.spans(other ?? '')).toEqual([anAskSpan()]);
    });

    it('is forgotten by a reset of the board, in every partition', async () => {
      const sessions = [sessionIn(0), sessionIn(1)];
      for (const [partition, id] of sessions.entries()) {
        await t.log.save(await t.lease('a', partition), aProjection({ rows: [aRow(id)], history: [told(id, 1)] }));
      }
      await t.log.resetBoard();
      for (const id of sessions) expect(await t.log.history(id)).toEqual([]);
      expect(await t.log.load(0)).toMatchObject({ rows: [], enrichments: [], checkpoint: START_OFFSET });
      await t.log.save(await t.lease(), aProjection({ history: [told(session, 7)] }));
      expect(await numbersOf()).toEqual([7]);
    });

    it('leaves out what it cannot read', async () => {
      const change = foreign<StatusChange>({ at: T0, status: 'dreaming' });
      const history = [told(session, 1), { sessionId: session, change }, told(session, 3)];
      await t.log.save(await t.lease(), aProjection({ history }));
      expect(await numbersOf()).toEqual([1, 3]);
    });

    it('is refused once the log is closed', async () => {
      await t.log.close();
      await expect(t.log.history(session)).rejects.toThrow(/closed/);
    });
  });
};
