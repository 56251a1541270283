import { START_OFFSET } from '@crewboard/contract';
import { describe, expect, it, vi } from 'vitest';
import { FencedOff, type Row } from '../src/event-log.ts';
import { aProjection, aRow, foreign, type LogUnderTest, prompt, sessionIn, WAIT_MS } from './log-under-test.ts';

/** Rows, checkpoint and changes in one step, by one holder of the lease. */
export const boardPromises = (t: LogUnderTest): void => {
  describe('the board', () => {
    it('is empty and at the start when it is new', async () => {
      expect(await t.log.load(0)).toEqual({
        rows: [],
        enrichments: [],
        checkpoint: START_OFFSET,
        changesOffset: START_OFFSET,
      });
    });

    it('has after a save its rows, its checkpoint and its changes', async () => {
      const [one, two] = [aRow('session-1'), aRow('session-2', { deep: [1, { two: null }] })];
      await t.log.save(
        await t.lease(),
        aProjection({
          rows: [one, two],
          changes: [{ type: 'CardChanged', sessionId: 'session-1', card: one.card }],
          checkpoint: '7-3',
        }),
      );
      const board = await t.log.load(0);
      expect(board.rows.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))).toEqual([one, two]);
      expect(board.checkpoint).toBe('7-3');
      const changes = await t.log.readChanges(0, { after: START_OFFSET, count: 10 });
      expect(changes).toEqual([
        { type: 'CardChanged', sessionId: 'session-1', card: one.card, partition: 0, offset: board.changesOffset },
      ]);
      expect(await t.log.load(1)).toMatchObject({ rows: [], enrichments: [], checkpoint: START_OFFSET });
    });

    it('replaces and removes rows', async () => {
      const held = await t.lease();
      await t.log.save(held, aProjection({ rows: [aRow('a', 1), aRow('b', 1), aRow('__proto__', 1)] }));
      await t.log.save(
        held,
        aProjection({
          rows: [aRow('a', 2)],
          removed: ['b', 'never-there'],
          changes: [{ type: 'CardRemoved', sessionId: 'b' }],
        }),
      );
      const { rows } = await t.log.load(0);
      expect(rows.map(({ sessionId, state }) => `${sessionId}=${state}`).sort()).toEqual(['__proto__=1', 'a=2']);
    });

    it('of which a row was damaged says so, and what to do, which works', async () => {
      await t.log.append([prompt(sessionIn(0), 'kept')]);
      const damaged = { ...aRow(sessionIn(0)), card: foreign<Row['card']>({ goal: 'a secret of the row' }) };
      await t.log.save(await t.lease(), aProjection({ rows: [damaged] }));
      const failed = await t.log.load(0).then(
        () => '',
        (error: Error) => error.message,
      );
      expect(failed).toMatch(/^a row of the board can't be read, crewboard rebuild makes it anew/);
      expect(failed).not.toContain('secret');
      await t.log.resetBoard();
      expect((await t.log.load(0)).rows).toEqual([]);
      expect(await t.texts(0)).toEqual(['kept']);
    });

    it('holds five thousand rows of three kilobytes', async () => {
      const rows = Array.from({ length: 5000 }, (_, n) => aRow(`session-${n}`, { text: 'x'.repeat(2300) }));
      await t.log.save(await t.lease(), aProjection({ rows }));
      const board = await t.log.load(0);
      expect(board.rows).toHaveLength(5000);
      expect(new Set(board.rows.map(({ sessionId }) => sessionId)).size).toBe(5000);
    });

    it('wakes a reader of its changes when it is saved', async () => {
      const waiting = t.log.readChanges(0, { after: START_OFFSET, count: 10, waitMs: WAIT_MS });
      await t.log.save(await t.lease(), aProjection({ changes: [{ type: 'CardRemoved', sessionId: 'a' }] }));
      expect((await waiting).map(({ type }) => type)).toEqual(['CardRemoved']);
    });
  });

  describe('a lease', () => {
    it('is held by one at a time, for each partition', async () => {
      expect(await t.log.acquireLease(0, 'a', 60_000)).toMatchObject({ partition: 0 });
      expect(await t.log.acquireLease(0, 'b', 60_000)).toBeUndefined();
      expect(await t.log.acquireLease(1, 'b', 60_000)).toMatchObject({ partition: 1 });
    });

    it('is prolonged for its holder, with the same fence', async () => {
      const ttlMs = 1000;
      const first = await t.lease('a', 0, ttlMs);
      for (let n = 0; n < 3; n++) {
        await new Promise((resolve) => setTimeout(resolve, ttlMs * 0.4));
        expect(await t.log.acquireLease(0, 'a', ttlMs)).toEqual(first);
        expect(await t.log.acquireLease(0, 'b', ttlMs)).toBeUndefined();
      }
    });

    it('goes to another when it runs out, with a higher fence', async () => {
      const old = await t.lease('a', 0, 40);
      const taken = await vi.waitUntil(() => t.log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
      expect(taken.fence).toBeGreaterThan(old.fence);
      expect(await t.log.acquireLease(0, 'a', 60_000)).toBeUndefined();
    });

    it('goes to another at once when it is released, and only by its holder', async () => {
      const old = await t.lease('a');
      await t.log.releaseLease(old, 'b');
      expect(await t.log.acquireLease(0, 'b', 60_000)).toBeUndefined();
      await t.log.releaseLease(old, 'a');
      const taken = await t.lease('b');
      expect(taken.fence).toBeGreaterThan(old.fence);
      await t.log.releaseLease(old, 'a');
      expect(await t.log.acquireLease(0, 'a', 60_000)).toBeUndefined();
    });

    it('that was lost is fenced off, and nothing of its save is written', async () => {
      const old = await t.lease('a', 0, 40);
      await t.log.save(old, aProjection({ rows: [aRow('kept')], checkpoint: '1-0' }));
      const taken = await vi.waitUntil(() => t.log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
      const before = await t.log.load(0);
      const late = aProjection({
        rows: [aRow('late')],
        removed: ['kept'],
        changes: [{ type: 'CardRemoved', sessionId: 'kept' }],
        checkpoint: '9-9',
      });
      await expect(t.log.save(old, late)).rejects.toThrow(FencedOff);
      expect(await t.log.load(0)).toEqual(before);
      expect(await t.log.readChanges(0, { after: START_OFFSET, count: 10 })).toEqual([]);
      await t.log.save(taken, late);
      expect((await t.log.load(0)).checkpoint).toBe('9-9');
    });

    it('has after a reopen a fence above all before', async () => {
      const old = await t.lease('a', 0, 40);
      await t.reopen();
      const taken = await vi.waitUntil(() => t.log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
      expect(taken.fence).toBeGreaterThan(old.fence);
    });
  });
};
