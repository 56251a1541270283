import { describe, expect, it } from 'vitest';
import { foreign, type LogUnderTest, prompt, readAll, sessionIn, summary } from './log-under-test.ts';

const withdrawn = (sessionId: string) =>
  ({
    ...prompt(sessionId, ''),
    type: 'SessionWithdrawn',
    source: 'machine',
    stream: 'machine',
    data: { why: 'forgotten' },
  }) as const;

/** What is erased for good, and what stays as it was. */
export const forgetPromises = (t: LogUnderTest): void => {
  describe('forget', () => {
    it('erases the events of some sessions, and keeps the others at their offsets', async () => {
      const [mine = '', other = ''] = [sessionIn(0), `${sessionIn(0)}-not`];
      await t.log.append([prompt(mine, 'private 1'), prompt(other, 'kept 1'), prompt(mine, 'private 2')]);
      await t.log.append([withdrawn(mine), prompt(other, 'kept 2')]);
      const before = await t.log.read(0, { after: '0-0', count: 100 });
      await t.log.forget(new Set([mine]));
      await t.log.forget(new Set([mine]));
      const after = [
        ...(await t.log.read(0, { after: '0-0', count: 100 })),
        ...(await t.log.read(1, { after: '0-0', count: 100 })),
      ];
      expect(JSON.stringify(after)).not.toContain('private');
      expect(after.flatMap((entry) => (entry.ok ? entry.event.type : []))).toContain('SessionWithdrawn');
      const kept = before.filter((entry) => !JSON.stringify(entry).includes('private'));
      expect(after).toEqual(expect.arrayContaining(kept));
    });

    it('erases changes, and entries that only name the session', async () => {
      const mine = sessionIn(1);
      await t.seed(mine, sessionIn(0));
      await t.log.appendChanges([summary(mine, 'private words'), foreign({ sessionId: mine, words: 'private words' })]);
      await t.log.appendChanges([summary(sessionIn(0), 'kept words')]);
      await t.log.deadLetter({ from: 'ingest', reason: 'not JSON', raw: `{"sessionId":"${mine}","private`, at: 1 });
      await t.log.deadLetter({ from: 'ingest', reason: 'not JSON', raw: 'another', at: 2 });
      await t.log.forget(new Set([mine]));
      expect(await t.log.readChanges(1, { after: '0-0', count: 10 })).toEqual([]);
      expect(await t.log.readChanges(0, { after: '0-0', count: 10 })).toHaveLength(1);
      expect((await t.log.deadLetters(10)).map(({ raw }) => raw)).toEqual(['another']);
    });

    it('leaves offsets rising when the last entry went, after a reopen too', async () => {
      const mine = sessionIn(0);
      await t.log.append([prompt(mine, 'private')]);
      const last = await t.log.lastOffset(0);
      await t.log.forget(new Set([mine]));
      expect(await t.log.lastOffset(0)).toBe(last);
      await t.reopen();
      expect(await t.log.lastOffset(0)).toBe(last);
      await t.log.append([prompt(mine, 'later')]);
      expect((await t.log.read(0, { after: last, count: 10 })).length).toBe(1);
      expect(await readAll(t.log, 0)).toHaveLength(1);
    });
  });

  it('tells how far the fold has come', async () => {
    expect(await t.log.checkpoint(0)).toBe('0-0');
    const lease = await t.lease();
    await t.log.save(lease, { rows: [], removed: [], changes: [], history: [], story: [], checkpoint: '7-1' });
    expect(await t.log.checkpoint(0)).toBe('7-1');
  });

  it('forgets a machine', async () => {
    await t.log.removeMachine('never seen');
    expect(await t.log.machines()).toEqual([]);
  });
};
