import { describe, expect, it } from 'vitest';
import { aProjection, aRow, type LogUnderTest, sessionIn, summary, summaryOf } from './log-under-test.ts';

/** What the enricher found: beside the rows, and as long as they. */
export const enrichmentPromises = (t: LogUnderTest): void => {
  describe('what was found of a session', () => {
    const found = async (): Promise<string[]> =>
      (await t.log.load(0)).enrichments.map((change) =>
        change.type === 'SummaryWritten' ? change.summary : String(change.pullRequest),
      );

    it('is kept by kind, the last of each, over a reset and a reopen', async () => {
      const session = sessionIn(0);
      await t.seed(session);
      expect(await t.log.appendChanges([summary(session, 'first'), summary(session, 'second')])).toBe(2);
      await t.log.appendChanges([{ type: 'PullRequestSeen', sessionId: session, pullRequest: null }]);
      expect((await found()).sort()).toEqual(['null', 'second']);
      await t.log.resetBoard();
      await t.reopen();
      expect((await found()).sort()).toEqual(['null', 'second']);
    });

    it('is dropped where the session has no row, and goes when its row goes', async () => {
      const [kept, gone] = [sessionIn(0), `${sessionIn(0)}-gone`];
      expect(await t.log.appendChanges([summary(kept, 'too early')])).toBe(0);
      const lease = await t.lease();
      await t.log.save(lease, aProjection({ rows: [aRow(kept)] }));
      await t.log.appendChanges([summary(kept, 'in time'), summary(gone, 'of nobody')]);
      expect(await found()).toEqual(['in time']);
      const changes = await t.log.readChanges(0, { after: '0-0', count: 10 });
      expect(changes.map(summaryOf)).toEqual(['in time']);
      await t.log.save(lease, aProjection({ removed: [kept] }));
      expect(await found()).toEqual([]);
      expect(await t.log.appendChanges([summary(kept, 'too late')])).toBe(0);
      expect(await found()).toEqual([]);
    });
  });
};
