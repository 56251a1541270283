import { START_OFFSET } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { FencedOff } from '../src/event-log.ts';
import { aProjection, aRow, type LogUnderTest, prompt, sessionIn } from './log-under-test.ts';

/** Dead letters, epochs, reopening and closing. */
export const lifePromises = (t: LogUnderTest): void => {
  it('keeps dead letters, the newest first, and cuts what is long', async () => {
    expect(await t.log.deadLetters(5)).toEqual([]);
    for (const [at, raw] of ['one', 'two', 'x'.repeat(10_000)].entries()) {
      await t.log.deadLetter({ from: 'status', reason: `fault ${at}`, raw, at: T0 + at });
    }
    const letters = await t.log.deadLetters(2);
    expect(letters.map(({ reason }) => reason)).toEqual(['fault 2', 'fault 1']);
    expect(letters[0]?.raw).toBe('x'.repeat(4096));
    expect(letters[1]).toEqual({ from: 'status', reason: 'fault 1', raw: 'two', at: T0 + 1 });
  });

  describe('its epoch', () => {
    it('stays the same, after a reopen too, and fits into a board offset', async () => {
      const epoch = await t.log.epoch();
      expect(epoch).toMatch(/^[\w-]+$/);
      expect(await t.log.epoch()).toBe(epoch);
      await t.reopen();
      expect(await t.log.epoch()).toBe(epoch);
    });

    it('is a new one after a reset, which forgets the board and keeps the events', async () => {
      const epoch = await t.log.epoch();
      await t.log.append([prompt(sessionIn(0), 'kept')]);
      const held = await t.lease();
      await t.log.save(held, aProjection({ rows: [aRow('a')], changes: [{ type: 'CardRemoved', sessionId: 'b' }] }));
      const { changesOffset } = await t.log.load(0);
      await t.log.resetBoard();
      expect(await t.log.epoch()).not.toBe(epoch);
      expect(await t.log.load(0)).toEqual({ rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset });
      expect(await t.log.readChanges(0, { after: START_OFFSET, count: 10 })).toEqual([]);
      expect(await t.log.changesHorizon(0)).toBe(changesOffset);
      expect(await t.texts()).toEqual(['kept']);
    });

    it('fences off at a reset who held a lease, who then gets a new one', async () => {
      const held = await t.lease('a');
      await t.log.resetBoard();
      await expect(t.log.save(held, aProjection())).rejects.toThrow(FencedOff);
      await t.log.save(await t.lease('a'), aProjection({ checkpoint: '5-0' }));
      expect((await t.log.load(0)).checkpoint).toBe('5-0');
    });
  });

  describe('opened again', () => {
    it('has all that it had', async () => {
      await t.log.append([prompt(sessionIn(0), 'one'), prompt(sessionIn(0), 'two')]);
      await t.log.save(
        await t.lease(),
        aProjection({ rows: [aRow('a')], changes: [{ type: 'CardRemoved', sessionId: 'b' }], checkpoint: '3-0' }),
      );
      await t.log.deadLetter({ from: 'ingest', reason: 'r', raw: 'w', at: T0 });
      const before = [
        await t.log.load(0),
        await t.log.read(0, { after: START_OFFSET, count: 9 }),
        await t.log.deadLetters(9),
      ];
      await t.reopen();
      expect([
        await t.log.load(0),
        await t.log.read(0, { after: START_OFFSET, count: 9 }),
        await t.log.deadLetters(9),
      ]).toEqual(before);
      await t.log.append([prompt(sessionIn(0), 'three')]);
      expect(await t.texts()).toEqual(['one', 'two', 'three']);
    });

    it('refuses another number of partitions', async () => {
      await t.log.append([prompt('a', 'x')]);
      await t.log.close();
      await expect(t.open(3)).rejects.toThrow(/2 partitions/);
      await t.reopen();
    });
  });

  it('is reachable, and refuses a partition that it does not have', async () => {
    await t.log.check();
    await expect(t.log.read(2, { after: START_OFFSET, count: 1 })).rejects.toThrow(RangeError);
    await expect(t.log.load(-1)).rejects.toThrow(RangeError);
  });

  it('ends all waits when it is closed, twice without harm, and refuses what comes later', async () => {
    const options = { after: START_OFFSET, count: 1, waitMs: 60_000 };
    const consumer = await t.log.group('g', 'a');
    const waiting = [t.log.read(0, options), t.log.readChanges(1, options), consumer.read(options)];
    await Promise.all([t.log.close(), t.log.close()]);
    expect(await Promise.all(waiting)).toEqual([[], [], []]);
    await t.log.close();
    await expect(t.log.append([prompt('a', 'x')])).rejects.toThrow(/closed/);
    await expect(t.log.read(0, options)).rejects.toThrow(/closed/);
    await expect(t.log.load(0)).rejects.toThrow(/closed/);
  });
};
