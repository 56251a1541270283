import { describe, expect, it } from 'vitest';
import { foreign, type LogUnderTest, sessionIn, summary, summaryOf, WAIT_MS } from './log-under-test.ts';

/** Consumer groups: each entry to one, and none forgotten. */
export const groupPromises = (t: LogUnderTest): void => {
  describe('a group', () => {
    const fill = async (count: number): Promise<void> => {
      const ids = Array.from({ length: count }, (_, n) => `session-${n}`);
      await t.seed(...ids);
      await t.log.appendChanges(ids.map((id, n) => summary(id, String(n))));
    };

    it('gives each entry to one consumer, of all partitions, and no more than asked for', async () => {
      await fill(20);
      const consumers = [await t.log.group('g', 'a'), await t.log.group('g', 'b')];
      const seen: string[] = [];
      for (let idle = 0; idle < 2; ) {
        const consumer = consumers[seen.length % 2];
        const entries = (await consumer?.read({ count: 3 })) ?? [];
        expect(entries.length).toBeLessThanOrEqual(3);
        expect(entries.every(({ deliveries }) => deliveries === 1)).toBe(true);
        seen.push(...entries.map(({ change }) => summaryOf(change)));
        idle = entries.length === 0 ? idle + 1 : 0;
        if (entries.length === 0)
          for (const other of consumers)
            seen.push(...(await other.read({ count: 50 })).map(({ change }) => summaryOf(change)));
      }
      expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });

    it('gives other groups their own', async () => {
      await fill(4);
      for (const group of ['g', 'h']) {
        expect(await (await t.log.group(group, 'a')).read({ count: 10 })).toHaveLength(4);
      }
    });

    it('wakes a waiting consumer, and ends its wait at an abort or its close', async () => {
      const consumer = await t.log.group('g', 'a');
      const waiting = consumer.read({ count: 5, waitMs: WAIT_MS });
      await t.seed(sessionIn(1));
      await t.log.appendChanges([summary(sessionIn(1), 'news')]);
      expect((await waiting).map(({ partition, change }) => [partition, summaryOf(change)])).toEqual([[1, 'news']]);
      const controller = new AbortController();
      const aborted = consumer.read({ count: 5, waitMs: 60_000, signal: controller.signal });
      controller.abort();
      expect(await aborted).toEqual([]);
      const closed = consumer.read({ count: 5, waitMs: 60_000 });
      await consumer.close();
      expect(await closed).toEqual([]);
    });

    it('hands what a dead consumer left to another, and counts how often', async () => {
      await fill(6);
      const dead = await t.log.group('g', 'dead');
      const first = await dead.read({ count: 10 });
      expect(first).toHaveLength(6);
      await dead.ack(first.slice(0, 2));
      await dead.close();
      await t.reopen();
      const heir = await t.log.group('g', 'heir');
      expect(await heir.read({ count: 10 })).toEqual([]);
      expect(await heir.claim({ count: 10, minIdleMs: 3_600_000 })).toEqual([]);
      const claimed = await heir.claim({ count: 3, minIdleMs: 0 });
      expect(claimed).toHaveLength(3);
      expect(claimed.every(({ deliveries }) => deliveries === 2)).toBe(true);
      await heir.ack(claimed);
      const left = await heir.claim({ count: 10, minIdleMs: 0 });
      expect(left.map(({ deliveries }) => deliveries)).toEqual([2]);
      expect((await heir.claim({ count: 10, minIdleMs: 0 })).map(({ deliveries }) => deliveries)).toEqual([3]);
      await heir.ack(left);
      expect(await heir.claim({ count: 10, minIdleMs: 0 })).toEqual([]);
      const handed = [...first.slice(0, 2), ...claimed, ...left].map(({ change }) => summaryOf(change));
      expect(handed.sort()).toEqual(['0', '1', '2', '3', '4', '5']);
    });

    it('sets an unreadable change aside under its own name', async () => {
      await t.seed('a', 'b');
      await t.log.appendChanges([foreign({ type: 'CardDreamt', sessionId: 'a' }), summary('b', 'good')]);
      const consumer = await t.log.group('enricher', 'a');
      const entries = [...(await consumer.read({ count: 10 })), ...(await consumer.read({ count: 10 }))];
      expect(entries.map(({ change }) => summaryOf(change))).toEqual(['good']);
      expect((await t.log.deadLetters(10)).map(({ from }) => from)).toEqual(['enricher']);
      await consumer.ack(entries);
      expect(await consumer.claim({ count: 10, minIdleMs: 0 })).toEqual([]);
    });

    it('knows of what was dropped before it had read it, and of nothing else', async () => {
      const consumer = await t.log.group('g', 'a');
      await fill(500);
      while ((await consumer.read({ count: 100 })).length > 0);
      // All that it has read may go.
      await t.log.trim({ olderThan: Date.now() + 60_000 });
      await t.log.trim({ maxEntries: 0 });
      expect(await consumer.missed()).toEqual([]);
      const ids = Array.from({ length: 400 }, (_, n) => `session-${n}`);
      await t.log.appendChanges(ids.map((id) => summary(id, 'unread')));
      expect(await consumer.missed()).toEqual([]);
      await t.log.trim({ maxEntries: 0 });
      await t.reopen();
      const heir = await t.log.group('g', 'heir');
      expect(await heir.missed()).toEqual([0, 1]);
      await t.log.appendChanges(ids.map((id) => summary(id, 'read')));
      while ((await heir.read({ count: 100 })).length > 0);
      expect(await heir.missed()).toEqual([]);
      // A new group begins at what there is.
      expect(await (await t.log.group('h', 'a')).missed()).toEqual([]);
    });

    it('goes on after a reset of the board, without what is gone', async () => {
      await fill(4);
      const consumer = await t.log.group('g', 'a');
      expect(await consumer.read({ count: 10 })).toHaveLength(4);
      await t.log.resetBoard();
      expect(await consumer.claim({ count: 10, minIdleMs: 0 })).toEqual([]);
      await t.seed('a');
      await t.log.appendChanges([summary('a', 'new')]);
      expect((await consumer.read({ count: 10 })).map(({ change }) => summaryOf(change))).toEqual(['new']);
    });
  });
};
