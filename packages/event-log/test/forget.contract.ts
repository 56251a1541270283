import { START_OFFSET } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../src/partition.ts';
import {
  aProjection,
  foreign,
  type LogUnderTest,
  prompt,
  readAll,
  sessionIn,
  summary,
  textOf,
} from './log-under-test.ts';

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
      const before = await t.log.read(0, { after: START_OFFSET, count: 100 });
      await t.log.forget(new Set([mine]));
      await t.log.forget(new Set([mine]));
      const after = [
        ...(await t.log.read(0, { after: START_OFFSET, count: 100 })),
        ...(await t.log.read(1, { after: START_OFFSET, count: 100 })),
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
      expect(await t.log.readChanges(1, { after: START_OFFSET, count: 10 })).toEqual([]);
      expect(await t.log.readChanges(0, { after: START_OFFSET, count: 10 })).toHaveLength(1);
      expect((await t.log.deadLetters(10)).map(({ raw }) => raw)).toEqual(['another']);
    });

    it('tells whoever reads on that a card was removed', async () => {
      const mine = sessionIn(0);
      const changes = [{ type: 'CardRemoved', sessionId: mine } as const];
      await t.log.save(await t.lease(), aProjection({ changes, checkpoint: '1-0' }));
      await t.log.forget(new Set([mine]));
      expect(await t.log.readChanges(0, { after: START_OFFSET, count: 10 })).toMatchObject(changes);
    });

    it('finds them among many thousands, and leaves what comes meanwhile', async () => {
      const [mine, other] = [sessionIn(0), `${sessionIn(0)}-not`];
      const many = Array.from({ length: 2500 }, (_, n) => prompt(n % 3 === 0 ? mine : other, String(n)));
      await t.log.append(many);
      const forgetting = t.log.forget(new Set([mine]));
      for (let n = 0; n < 5; n++) await t.log.append([prompt(mine, `later ${n}`)]);
      await forgetting;
      const left = (await readAll(t.log, partitionOf(other, 2))).map(textOf);
      expect(left.filter((text) => !text.startsWith('later'))).toEqual(many.filter((_, n) => n % 3 !== 0).map(textOf));
      const later = (await t.texts()).filter((text) => text.startsWith('later'));
      expect(later).toEqual(['later 0', 'later 1', 'later 2', 'later 3', 'later 4']);
    });

    it('takes nothing of others away for an id that is a word of their texts', async () => {
      const [word, other] = ['type', sessionIn(0)];
      await t.log.append([prompt(other, 'the type'), foreign({ sessionId: other, no: 'event, of any type' })]);
      await t.log.deadLetter({ from: 'ingest', reason: 'not JSON', raw: '{"type":', at: 1 });
      await t.log.forget(new Set([word]));
      expect(await t.log.read(0, { after: START_OFFSET, count: 10 })).toHaveLength(2);
      expect(await t.log.deadLetters(10)).toHaveLength(1);
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
    expect(await t.log.checkpoint(0)).toBe(START_OFFSET);
    const lease = await t.lease();
    await t.log.save(lease, {
      rows: [],
      removed: [],
      changes: [],
      history: [],
      story: [],
      spans: [],
      checkpoint: '7-1',
    });
    expect(await t.log.checkpoint(0)).toBe('7-1');
  });

  it('forgets a machine, and no other', async () => {
    await t.log.removeMachine('never seen');
    for (const machine of ['one', 'two']) {
      await t.log.saveMachine({ report: aMachineReport({ machine }), receivedAt: T0 });
    }
    await t.log.removeMachine('one');
    await t.log.removeMachine('one');
    expect((await t.log.machines()).map(({ report }) => report.machine)).toEqual(['two']);
  });
};
