import { compareOffsets, isOffset, type RecordedChange, START_OFFSET } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { aProjection, foreign, type LogUnderTest, prompt, sessionIn, summary, summaryOf } from './log-under-test.ts';

/** The board changelog: order, horizon and trimming. */
export const changePromises = (t: LogUnderTest): void => {
  describe('changes', () => {
    it('are read in order, with partition and offset', async () => {
      await t.seed(sessionIn(0), sessionIn(1));
      await t.log.appendChanges([
        summary(sessionIn(0), '1'),
        summary(sessionIn(1), '2'),
        { type: 'PullRequestSeen', sessionId: sessionIn(0), pullRequest: null },
      ]);
      const changes = await t.log.readChanges(0, { after: START_OFFSET, count: 10 });
      expect(changes.map(({ type, partition }) => [type, partition])).toEqual([
        ['SummaryWritten', 0],
        ['PullRequestSeen', 0],
      ]);
      const [first, second] = changes;
      expect(compareOffsets(first?.offset ?? '', second?.offset ?? '')).toBeLessThan(0);
      expect(await t.log.readChanges(0, { after: first?.offset ?? '', count: 10 })).toEqual([second]);
      expect((await t.log.load(0)).changesOffset).toBe(second?.offset);
    });

    it('that cannot be read are left out and set aside once', async () => {
      const session = sessionIn(0);
      await t.seed(session);
      await t.log.appendChanges([foreign({ type: 'CardDreamt', sessionId: session }), summary(session, 'good')]);
      await t.log.appendChanges([foreign({ type: 'CardDreamt', sessionId: session })]);
      for (let n = 0; n < 2; n++) {
        const changes = await t.log.readChanges(0, { after: START_OFFSET, count: 1 });
        expect(changes.map(summaryOf)).toEqual(['good']);
        expect(await t.log.readChanges(0, { after: changes[0]?.offset ?? '', count: 5, waitMs: 20 })).toEqual([]);
      }
      const letters = await t.log.deadLetters(10);
      expect(letters).toHaveLength(2);
      expect(letters[0]).toMatchObject({ from: 'board', raw: expect.stringContaining('CardDreamt') });
    });
  });

  describe('trimming', () => {
    const fill = async (count: number): Promise<void> => {
      await t.seed(sessionIn(0));
      for (let at = 0; at < count; at += 500) {
        const numbers = Array.from({ length: Math.min(500, count - at) }, (_, n) => at + n);
        await t.log.append(numbers.map((n) => prompt(sessionIn(0), String(n))));
        await t.log.appendChanges(numbers.map((n) => summary(sessionIn(0), String(n))));
      }
    };
    const changes = (after = START_OFFSET): Promise<RecordedChange[]> =>
      t.log.readChanges(0, { after, count: 100_000 });

    it('of nothing leaves the horizon at the start', async () => {
      expect(await t.log.changesHorizon(0)).toBe(START_OFFSET);
      await fill(10);
      await t.log.trim({});
      expect(await t.log.changesHorizon(0)).toBe(START_OFFSET);
      expect(await changes()).toHaveLength(10);
    });

    it('by number keeps the newest, and the horizon tells what was dropped', async () => {
      await fill(2000);
      const all = await changes();
      const last = await t.log.lastOffset(0);
      await t.log.trim({ maxEntries: 700 });
      const kept = await changes();
      expect(kept.length).toBeGreaterThanOrEqual(700);
      expect(kept.length).toBeLessThan(1000);
      expect(kept).toEqual(all.slice(-kept.length));
      const numbers = (await t.texts(0)).map(Number);
      expect(numbers.length).toBeGreaterThanOrEqual(700);
      expect(numbers.length).toBeLessThan(1000);
      expect(numbers.at(-1)).toBe(1999);
      expect(await t.log.lastOffset(0)).toBe(last);
      const horizon = await t.log.changesHorizon(0);
      expect(isOffset(horizon)).toBe(true);
      expect(compareOffsets(horizon, kept[0]?.offset ?? '')).toBeLessThan(0);
      expect(compareOffsets(horizon, all[all.length - kept.length - 1]?.offset ?? '')).toBeGreaterThanOrEqual(0);
      expect(await changes(horizon)).toEqual(kept);
    });

    it('by age drops what is older, and keeps what is not', async () => {
      await fill(1000);
      const [oldest] = await changes();
      await t.log.trim({ olderThan: Date.now() - 3_600_000 });
      expect((await changes())[0]).toEqual(oldest);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const now = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await fill(1000);
      await t.log.trim({ olderThan: now });
      const kept = await changes();
      expect(kept.length).toBeGreaterThanOrEqual(1000);
      expect(kept.length).toBeLessThan(1300);
      expect(kept.slice(-1000).map(summaryOf)).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
    });

    it('by age keeps what is not folded yet, and says so', async () => {
      await fill(1500);
      const lease = await t.lease();
      const all = await t.log.read(0, { after: START_OFFSET, count: 2000 });
      const folded = all[999]?.offset ?? '';
      await t.log.save(lease, aProjection({ checkpoint: folded }));
      const later = Date.now() + 60_000;
      expect(await t.log.trim({ olderThan: later })).toEqual({ heldBack: [0] });
      const numbers = (await t.texts(0)).map(Number);
      expect(numbers.slice(-500)).toEqual(Array.from({ length: 500 }, (_, n) => 1000 + n));
      expect(numbers.length).toBeLessThan(700);
      // Nobody has to fold changes.
      expect((await changes()).length).toBeLessThan(200);

      await t.log.save(lease, aProjection({ checkpoint: await t.log.lastOffset(0) }));
      expect(await t.log.trim({ olderThan: later })).toEqual({ heldBack: [] });
      expect((await t.texts(0)).length).toBeLessThan(200);
    });

    it('of everything leaves the last offset and a horizon there, and new entries behind it', async () => {
      await fill(500);
      const last = (await t.log.load(0)).changesOffset;
      const lastEvent = await t.log.lastOffset(0);
      await t.log.trim({ maxEntries: 0 });
      await t.reopen();
      expect(await t.log.lastOffset(0)).toBe(lastEvent);
      expect((await t.log.load(0)).changesOffset).toBe(last);
      expect(compareOffsets(await t.log.changesHorizon(0), last)).toBeLessThanOrEqual(0);
      await fill(1);
      expect((await changes(last)).map(summaryOf)).toEqual(['0']);
      expect(compareOffsets((await t.log.load(0)).changesOffset, last)).toBeGreaterThan(0);
    });
  });
};
