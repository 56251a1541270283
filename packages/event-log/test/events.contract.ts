import { compareOffsets, isOffset, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../src/partition.ts';
import { foreign, type LogUnderTest, prompt, readAll, sessionIn, summary, textOf, WAIT_MS } from './log-under-test.ts';

/** Order, batches, waits and what is unreadable. */
export const eventPromises = (t: LogUnderTest): void => {
  describe('events', () => {
    it('come back as they went in, with rising offsets', async () => {
      const sent = [prompt(sessionIn(0), 'one'), anEvent('ToolRequested', { sessionId: sessionIn(0) })];
      await t.log.append(sent);
      const read = await t.log.read(0, { after: START_OFFSET, count: 10 });
      expect(read.map((entry) => entry.ok && entry.event)).toEqual(
        sent.map((event, at) => ({ ...event, offset: read[at]?.offset })),
      );
      const [first = '', second = ''] = read.map(({ offset }) => offset);
      expect(isOffset(first) && isOffset(second)).toBe(true);
      expect(compareOffsets(first, second)).toBeLessThan(0);
      expect(await t.log.lastOffset(0)).toBe(second);
    });

    it('that come as texts are what they say, and stand in their session’s partition', async () => {
      const events = [prompt(sessionIn(0), 'one'), prompt(sessionIn(1), 'two'), prompt(sessionIn(0), 'three')];
      await t.log.append(
        events.map((event, at) => (at === 0 ? event : { sessionId: event.sessionId, json: JSON.stringify(event) })),
      );
      expect((await readAll(t.log, 0)).map(textOf)).toEqual(['one', 'three']);
      expect((await readAll(t.log, 1)).map(textOf)).toEqual(['two']);
    });

    it('of one session are in one partition and in order, in one batch or many', async () => {
      const sessions = [sessionIn(0), sessionIn(1), 'other', 'another'];
      const batch = (from: number, count: number): SessionEvent[] =>
        Array.from({ length: count }, (_, at) => prompt(sessions[at % 4] ?? '', String(from + at)));
      await t.log.append(batch(0, 450));
      await t.log.append(batch(450, 1));
      await t.log.append(batch(451, 49));
      const events = [...(await readAll(t.log, 0)), ...(await readAll(t.log, 1))];
      expect(events).toHaveLength(500);
      for (const session of sessions) {
        const own = events.filter(({ sessionId }) => sessionId === session).map((event) => Number(textOf(event)));
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
      for (const event of await readAll(t.log, 1)) expect(partitionOf(event.sessionId, 2)).toBe(1);
    });

    it('are read after an offset, which is exclusive, and no more than asked for', async () => {
      await t.log.append(['1', '2', '3', '4'].map((text) => prompt(sessionIn(0), text)));
      const [first] = await t.log.read(0, { after: START_OFFSET, count: 1 });
      const next = await t.log.read(0, { after: first?.offset ?? '', count: 2 });
      expect(next.map((entry) => entry.ok && textOf(entry.event))).toEqual(['2', '3']);
      expect(await t.log.read(0, { after: await t.log.lastOffset(0), count: 10 })).toEqual([]);
    });

    it('that nobody wrote leave an empty partition at the start', async () => {
      await t.log.append([]);
      expect(await t.log.lastOffset(1)).toBe(START_OFFSET);
      expect(await t.log.read(1, { after: START_OFFSET, count: 10 })).toEqual([]);
    });

    it('read in pieces equal those read at once, for any batches', async () => {
      const batches = fc.array(fc.array(fc.string({ maxLength: 20, unit: 'grapheme' }), { maxLength: 12 }), {
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(batches, fc.integer({ min: 1, max: 7 }), async (all, pieces) => {
          await t.begin(1);
          for (const batch of all) await t.log.append(batch.map((text) => prompt('session-1', text)));
          expect(await t.texts(0, pieces)).toEqual(all.flat());
          expect(await t.texts(0)).toEqual(all.flat());
        }),
        { numRuns: 12 },
      );
    });

    it('that cannot be read keep their place, with the reason and what was written', async () => {
      const session = sessionIn(0);
      await t.log.append([
        prompt(session, 'before'),
        foreign({ ...prompt(session, 'x'), type: 'SessionDreamt' }),
        foreign({ ...prompt(session, 'x'), schemaVersion: 99 }),
        prompt(session, 'after'),
      ]);
      const entries = await t.log.read(0, { after: START_OFFSET, count: 10 });
      expect(entries.map(({ ok }) => ok)).toEqual([true, false, false, true]);
      const unreadable = entries[1];
      expect(unreadable?.ok === false && unreadable.raw).toContain('SessionDreamt');
      expect(unreadable?.ok === false && unreadable.reason).not.toBe('');
      const behind = await t.log.read(0, { after: entries[2]?.offset ?? '', count: 10 });
      expect(behind.map((entry) => entry.ok && textOf(entry.event))).toEqual(['after']);
    });
  });

  describe('a waiting read', () => {
    it('is woken by an append', async () => {
      const waiting = t.log.read(0, { after: START_OFFSET, count: 10, waitMs: WAIT_MS });
      const startedAt = performance.now();
      await t.log.append([prompt(sessionIn(1), 'elsewhere')]);
      await t.log.append([prompt(sessionIn(0), 'here')]);
      const entries = await waiting;
      expect(entries.map((entry) => entry.ok && textOf(entry.event))).toEqual(['here']);
      expect(performance.now() - startedAt).toBeLessThan(WAIT_MS / 2);
    });

    it('sees every event in order, however often it has to wait', async () => {
      const seen: string[] = [];
      const reader = (async () => {
        let after = START_OFFSET;
        while (seen.length < 60) {
          for (const entry of await t.log.read(0, { after, count: 5, waitMs: WAIT_MS })) {
            if (entry.ok) seen.push(textOf(entry.event));
            after = entry.offset;
          }
        }
      })();
      for (let n = 0; n < 60; n++) await t.log.append([prompt(sessionIn(0), String(n))]);
      await reader;
      expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => String(n)));
    });

    it('ends with nothing when its time is over', async () => {
      expect(await t.log.read(0, { after: START_OFFSET, count: 10, waitMs: 30 })).toEqual([]);
    });

    it('ends with nothing at an abort, before it or during it', async () => {
      const controller = new AbortController();
      const options = { after: START_OFFSET, count: 10, waitMs: 60_000, signal: controller.signal };
      const waiting = [t.log.read(0, options), t.log.readChanges(1, options)];
      controller.abort();
      expect(await Promise.all(waiting)).toEqual([[], []]);
      expect(await t.log.read(0, options)).toEqual([]);
    });

    it('does not disturb others that wait', async () => {
      const controller = new AbortController();
      const options = { after: START_OFFSET, count: 10, waitMs: WAIT_MS };
      const aborted = t.log.read(0, { ...options, signal: controller.signal });
      const others = [t.log.read(0, options), t.log.read(1, options), t.log.readChanges(0, options)];
      controller.abort();
      await aborted;
      await t.log.append([prompt(sessionIn(0), 'a'), prompt(sessionIn(1), 'b')]);
      await t.seed(sessionIn(0));
      await t.log.appendChanges([summary(sessionIn(0), 'c')]);
      expect((await Promise.all(others)).map(({ length }) => length)).toEqual([1, 1, 1]);
    });
  });
};
