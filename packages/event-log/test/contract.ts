import { randomUUID } from 'node:crypto';
import { compareOffsets, isOffset, type RecordedChange, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { aCard, anEvent, T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventLog, FencedOff, type Lease, type Projection, type Row } from '../src/event-log.ts';
import { partitionOf } from '../src/partition.ts';

/** Opens the log of a place; the same place holds the same log. At most one log of a place is open at a time. */
export type OpenLog = (place: string, partitions: number) => Promise<EventLog>;

const WAIT_MS = 5000;

const prompt = (sessionId: string, text: string): SessionEvent =>
  anEvent('PromptSubmitted', { sessionId, data: { text } });

const textOf = (event: SessionEvent): string => (event.type === 'PromptSubmitted' ? event.data.text : event.type);

const aRow = (sessionId: string, state: unknown = { step: 1 }): Row => ({
  sessionId,
  state,
  card: aCard({ sessionId }),
});

const aProjection = (overrides: Partial<Projection> = {}): Projection => ({
  rows: [],
  removed: [],
  changes: [],
  checkpoint: '1-0',
  ...overrides,
});

const summary = (sessionId: string, text: string) => ({ type: 'SummaryWritten', sessionId, summary: text }) as const;

const summaryOf = (change: RecordedChange): string => (change.type === 'SummaryWritten' ? change.summary : change.type);

/** Something that today's contract can't read, as a log written by a newer version would hold it. */
const foreign = <Item>(item: object): Item => item as Item;

const readAll = async (log: EventLog, partition: number, pieces = 1000): Promise<SessionEvent[]> => {
  const events: SessionEvent[] = [];
  let after = START_OFFSET;
  for (;;) {
    const entries = await log.read(partition, { after, count: pieces });
    for (const entry of entries) if (entry.ok) events.push(entry.event);
    const last = entries.at(-1);
    if (!last) return events;
    after = last.offset;
  }
};

/** What every backend of the log must keep. */
export const eventLogContract = (name: string, open: OpenLog): void => {
  describe(`the ${name} log`, () => {
    let place: string;
    let log: EventLog;

    const reopen = async (partitions = log.partitions): Promise<void> => {
      await log.close();
      log = await open(place, partitions);
    };

    beforeEach(async () => {
      place = `test-${randomUUID()}`;
      log = await open(place, 2);
    });
    afterEach(() => log.close());

    /** A session id that lives in the given partition. */
    const sessionIn = (partition: number, partitions = log.partitions): string => {
      for (let n = 0; ; n++) if (partitionOf(`session-${n}`, partitions) === partition) return `session-${n}`;
    };

    const lease = async (holder = 'a', partition = 0, ttlMs = 60_000): Promise<Lease> => {
      const given = await log.acquireLease(partition, holder, ttlMs);
      if (!given) throw new Error('the lease is taken');
      return given;
    };

    const texts = async (partition = 0, pieces?: number): Promise<string[]> =>
      (await readAll(log, partition, pieces)).map(textOf);

    describe('events', () => {
      it('come back as they went in, with rising offsets', async () => {
        const sent = [prompt(sessionIn(0), 'one'), anEvent('ToolRequested', { sessionId: sessionIn(0) })];
        await log.append(sent);
        const read = await log.read(0, { after: START_OFFSET, count: 10 });
        expect(read.map((entry) => entry.ok && entry.event)).toEqual(
          sent.map((event, at) => ({ ...event, offset: read[at]?.offset })),
        );
        const [first = '', second = ''] = read.map(({ offset }) => offset);
        expect(isOffset(first) && isOffset(second)).toBe(true);
        expect(compareOffsets(first, second)).toBeLessThan(0);
        expect(await log.lastOffset(0)).toBe(second);
      });

      it('of one session are in one partition and in order, in one batch or many', async () => {
        const sessions = [sessionIn(0), sessionIn(1), 'other', 'another'];
        const batch = (from: number, count: number): SessionEvent[] =>
          Array.from({ length: count }, (_, at) => prompt(sessions[at % 4] ?? '', String(from + at)));
        await log.append(batch(0, 450));
        await log.append(batch(450, 1));
        await log.append(batch(451, 49));
        const events = [...(await readAll(log, 0)), ...(await readAll(log, 1))];
        expect(events).toHaveLength(500);
        for (const session of sessions) {
          const own = events.filter(({ sessionId }) => sessionId === session).map((event) => Number(textOf(event)));
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
        for (const event of await readAll(log, 1)) expect(partitionOf(event.sessionId, 2)).toBe(1);
      });

      it('are read after an offset, which is exclusive, and no more than asked for', async () => {
        await log.append(['1', '2', '3', '4'].map((text) => prompt(sessionIn(0), text)));
        const [first] = await log.read(0, { after: START_OFFSET, count: 1 });
        const next = await log.read(0, { after: first?.offset ?? '', count: 2 });
        expect(next.map((entry) => entry.ok && textOf(entry.event))).toEqual(['2', '3']);
        expect(await log.read(0, { after: await log.lastOffset(0), count: 10 })).toEqual([]);
      });

      it('that nobody wrote leave an empty partition at the start', async () => {
        await log.append([]);
        expect(await log.lastOffset(1)).toBe(START_OFFSET);
        expect(await log.read(1, { after: START_OFFSET, count: 10 })).toEqual([]);
      });

      it('read in pieces equal those read at once, for any batches', async () => {
        const batches = fc.array(fc.array(fc.string({ maxLength: 20, unit: 'grapheme' }), { maxLength: 12 }), {
          maxLength: 8,
        });
        await fc.assert(
          fc.asyncProperty(batches, fc.integer({ min: 1, max: 7 }), async (all, pieces) => {
            await log.close();
            place = `test-${randomUUID()}`;
            log = await open(place, 1);
            for (const batch of all) await log.append(batch.map((text) => prompt('session-1', text)));
            expect(await texts(0, pieces)).toEqual(all.flat());
            expect(await texts(0)).toEqual(all.flat());
          }),
          { numRuns: 12 },
        );
      });

      it('that cannot be read keep their place, with the reason and what was written', async () => {
        const session = sessionIn(0);
        await log.append([
          prompt(session, 'before'),
          foreign({ ...prompt(session, 'x'), type: 'SessionDreamt' }),
          foreign({ ...prompt(session, 'x'), schemaVersion: 99 }),
          prompt(session, 'after'),
        ]);
        const entries = await log.read(0, { after: START_OFFSET, count: 10 });
        expect(entries.map(({ ok }) => ok)).toEqual([true, false, false, true]);
        const unreadable = entries[1];
        expect(unreadable?.ok === false && unreadable.raw).toContain('SessionDreamt');
        expect(unreadable?.ok === false && unreadable.reason).not.toBe('');
        const behind = await log.read(0, { after: entries[2]?.offset ?? '', count: 10 });
        expect(behind.map((entry) => entry.ok && textOf(entry.event))).toEqual(['after']);
      });
    });

    describe('a waiting read', () => {
      it('is woken by an append', async () => {
        const waiting = log.read(0, { after: START_OFFSET, count: 10, waitMs: WAIT_MS });
        const startedAt = performance.now();
        await log.append([prompt(sessionIn(1), 'elsewhere')]);
        await log.append([prompt(sessionIn(0), 'here')]);
        const entries = await waiting;
        expect(entries.map((entry) => entry.ok && textOf(entry.event))).toEqual(['here']);
        expect(performance.now() - startedAt).toBeLessThan(WAIT_MS / 2);
      });

      it('sees every event in order, however often it has to wait', async () => {
        const seen: string[] = [];
        const reader = (async () => {
          let after = START_OFFSET;
          while (seen.length < 60) {
            for (const entry of await log.read(0, { after, count: 5, waitMs: WAIT_MS })) {
              if (entry.ok) seen.push(textOf(entry.event));
              after = entry.offset;
            }
          }
        })();
        for (let n = 0; n < 60; n++) await log.append([prompt(sessionIn(0), String(n))]);
        await reader;
        expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => String(n)));
      });

      it('ends with nothing when its time is over', async () => {
        expect(await log.read(0, { after: START_OFFSET, count: 10, waitMs: 30 })).toEqual([]);
      });

      it('ends with nothing at an abort, before it or during it', async () => {
        const controller = new AbortController();
        const options = { after: START_OFFSET, count: 10, waitMs: 60_000, signal: controller.signal };
        const waiting = [log.read(0, options), log.readChanges(1, options)];
        controller.abort();
        expect(await Promise.all(waiting)).toEqual([[], []]);
        expect(await log.read(0, options)).toEqual([]);
      });

      it('does not disturb others that wait', async () => {
        const controller = new AbortController();
        const options = { after: START_OFFSET, count: 10, waitMs: WAIT_MS };
        const aborted = log.read(0, { ...options, signal: controller.signal });
        const others = [log.read(0, options), log.read(1, options), log.readChanges(0, options)];
        controller.abort();
        await aborted;
        await log.append([prompt(sessionIn(0), 'a'), prompt(sessionIn(1), 'b')]);
        await log.appendChanges([summary(sessionIn(0), 'c')]);
        expect((await Promise.all(others)).map(({ length }) => length)).toEqual([1, 1, 1]);
      });
    });

    describe('the board', () => {
      it('is empty and at the start when it is new', async () => {
        expect(await log.load(0)).toEqual({ rows: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET });
      });

      it('has after a save its rows, its checkpoint and its changes', async () => {
        const [one, two] = [aRow('session-1'), aRow('session-2', { deep: [1, { two: null }] })];
        await log.save(
          await lease(),
          aProjection({
            rows: [one, two],
            changes: [{ type: 'CardChanged', sessionId: 'session-1', card: one.card }],
            checkpoint: '7-3',
          }),
        );
        const board = await log.load(0);
        expect(board.rows.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))).toEqual([one, two]);
        expect(board.checkpoint).toBe('7-3');
        const changes = await log.readChanges(0, { after: START_OFFSET, count: 10 });
        expect(changes).toEqual([
          { type: 'CardChanged', sessionId: 'session-1', card: one.card, partition: 0, offset: board.changesOffset },
        ]);
        expect(await log.load(1)).toMatchObject({ rows: [], checkpoint: START_OFFSET });
      });

      it('replaces and removes rows', async () => {
        const held = await lease();
        await log.save(held, aProjection({ rows: [aRow('a', 1), aRow('b', 1), aRow('__proto__', 1)] }));
        await log.save(
          held,
          aProjection({
            rows: [aRow('a', 2)],
            removed: ['b', 'never-there'],
            changes: [{ type: 'CardRemoved', sessionId: 'b' }],
          }),
        );
        const { rows } = await log.load(0);
        expect(rows.map(({ sessionId, state }) => `${sessionId}=${state}`).sort()).toEqual(['__proto__=1', 'a=2']);
      });

      it('holds five thousand rows of three kilobytes', async () => {
        const rows = Array.from({ length: 5000 }, (_, n) => aRow(`session-${n}`, { text: 'x'.repeat(2300) }));
        await log.save(await lease(), aProjection({ rows }));
        const board = await log.load(0);
        expect(board.rows).toHaveLength(5000);
        expect(new Set(board.rows.map(({ sessionId }) => sessionId)).size).toBe(5000);
      });

      it('wakes a reader of its changes when it is saved', async () => {
        const waiting = log.readChanges(0, { after: START_OFFSET, count: 10, waitMs: WAIT_MS });
        await log.save(await lease(), aProjection({ changes: [{ type: 'CardRemoved', sessionId: 'a' }] }));
        expect((await waiting).map(({ type }) => type)).toEqual(['CardRemoved']);
      });
    });

    describe('a lease', () => {
      it('is held by one at a time, for each partition', async () => {
        expect(await log.acquireLease(0, 'a', 60_000)).toMatchObject({ partition: 0 });
        expect(await log.acquireLease(0, 'b', 60_000)).toBeUndefined();
        expect(await log.acquireLease(1, 'b', 60_000)).toMatchObject({ partition: 1 });
      });

      it('is prolonged for its holder, with the same fence', async () => {
        const ttlMs = 1000;
        const first = await lease('a', 0, ttlMs);
        for (let n = 0; n < 3; n++) {
          await new Promise((resolve) => setTimeout(resolve, ttlMs * 0.4));
          expect(await log.acquireLease(0, 'a', ttlMs)).toEqual(first);
          expect(await log.acquireLease(0, 'b', ttlMs)).toBeUndefined();
        }
      });

      it('goes to another when it runs out, with a higher fence', async () => {
        const old = await lease('a', 0, 40);
        const taken = await vi.waitUntil(() => log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
        expect(taken.fence).toBeGreaterThan(old.fence);
        expect(await log.acquireLease(0, 'a', 60_000)).toBeUndefined();
      });

      it('goes to another at once when it is released, and only by its holder', async () => {
        const old = await lease('a');
        await log.releaseLease(old, 'b');
        expect(await log.acquireLease(0, 'b', 60_000)).toBeUndefined();
        await log.releaseLease(old, 'a');
        const taken = await lease('b');
        expect(taken.fence).toBeGreaterThan(old.fence);
        await log.releaseLease(old, 'a');
        expect(await log.acquireLease(0, 'a', 60_000)).toBeUndefined();
      });

      it('that was lost is fenced off, and nothing of its save is written', async () => {
        const old = await lease('a', 0, 40);
        await log.save(old, aProjection({ rows: [aRow('kept')], checkpoint: '1-0' }));
        const taken = await vi.waitUntil(() => log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
        const before = await log.load(0);
        const late = aProjection({
          rows: [aRow('late')],
          removed: ['kept'],
          changes: [{ type: 'CardRemoved', sessionId: 'kept' }],
          checkpoint: '9-9',
        });
        await expect(log.save(old, late)).rejects.toThrow(FencedOff);
        expect(await log.load(0)).toEqual(before);
        expect(await log.readChanges(0, { after: START_OFFSET, count: 10 })).toEqual([]);
        await log.save(taken, late);
        expect((await log.load(0)).checkpoint).toBe('9-9');
      });

      it('has after a reopen a fence above all before', async () => {
        const old = await lease('a', 0, 40);
        await reopen();
        const taken = await vi.waitUntil(() => log.acquireLease(0, 'b', 60_000), { timeout: WAIT_MS, interval: 10 });
        expect(taken.fence).toBeGreaterThan(old.fence);
      });
    });

    describe('changes', () => {
      it('are read in order, with partition and offset', async () => {
        await log.appendChanges([
          summary(sessionIn(0), '1'),
          summary(sessionIn(1), '2'),
          { type: 'PullRequestSeen', sessionId: sessionIn(0), pullRequest: null },
        ]);
        const changes = await log.readChanges(0, { after: START_OFFSET, count: 10 });
        expect(changes.map(({ type, partition }) => [type, partition])).toEqual([
          ['SummaryWritten', 0],
          ['PullRequestSeen', 0],
        ]);
        const [first, second] = changes;
        expect(compareOffsets(first?.offset ?? '', second?.offset ?? '')).toBeLessThan(0);
        expect(await log.readChanges(0, { after: first?.offset ?? '', count: 10 })).toEqual([second]);
        expect((await log.load(0)).changesOffset).toBe(second?.offset);
      });

      it('that cannot be read are left out and set aside once', async () => {
        const session = sessionIn(0);
        await log.appendChanges([foreign({ type: 'CardDreamt', sessionId: session }), summary(session, 'good')]);
        await log.appendChanges([foreign({ type: 'CardDreamt', sessionId: session })]);
        for (let n = 0; n < 2; n++) {
          const changes = await log.readChanges(0, { after: START_OFFSET, count: 1 });
          expect(changes.map(summaryOf)).toEqual(['good']);
          expect(await log.readChanges(0, { after: changes[0]?.offset ?? '', count: 5, waitMs: 20 })).toEqual([]);
        }
        const letters = await log.deadLetters(10);
        expect(letters).toHaveLength(2);
        expect(letters[0]).toMatchObject({ from: 'board', raw: expect.stringContaining('CardDreamt') });
      });
    });

    describe('trimming', () => {
      const fill = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at += 500) {
          const numbers = Array.from({ length: Math.min(500, count - at) }, (_, n) => at + n);
          await log.append(numbers.map((n) => prompt(sessionIn(0), String(n))));
          await log.appendChanges(numbers.map((n) => summary(sessionIn(0), String(n))));
        }
      };
      const changes = (after = START_OFFSET): Promise<RecordedChange[]> =>
        log.readChanges(0, { after, count: 100_000 });

      it('of nothing leaves the horizon at the start', async () => {
        expect(await log.changesHorizon(0)).toBe(START_OFFSET);
        await fill(10);
        await log.trim({});
        expect(await log.changesHorizon(0)).toBe(START_OFFSET);
        expect(await changes()).toHaveLength(10);
      });

      it('by number keeps the newest, and the horizon tells what was dropped', async () => {
        await fill(2000);
        const all = await changes();
        const last = await log.lastOffset(0);
        await log.trim({ maxEntries: 700 });
        const kept = await changes();
        expect(kept.length).toBeGreaterThanOrEqual(700);
        expect(kept.length).toBeLessThan(1000);
        expect(kept).toEqual(all.slice(-kept.length));
        const numbers = (await texts(0)).map(Number);
        expect(numbers.length).toBeGreaterThanOrEqual(700);
        expect(numbers.length).toBeLessThan(1000);
        expect(numbers.at(-1)).toBe(1999);
        expect(await log.lastOffset(0)).toBe(last);
        const horizon = await log.changesHorizon(0);
        expect(isOffset(horizon)).toBe(true);
        expect(compareOffsets(horizon, kept[0]?.offset ?? '')).toBeLessThan(0);
        expect(compareOffsets(horizon, all[all.length - kept.length - 1]?.offset ?? '')).toBeGreaterThanOrEqual(0);
        expect(await changes(horizon)).toEqual(kept);
      });

      it('by age drops what is older, and keeps what is not', async () => {
        await fill(1000);
        const [oldest] = await changes();
        await log.trim({ olderThan: Date.now() - 3_600_000 });
        expect((await changes())[0]).toEqual(oldest);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const now = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await fill(1000);
        await log.trim({ olderThan: now });
        const kept = await changes();
        expect(kept.length).toBeGreaterThanOrEqual(1000);
        expect(kept.length).toBeLessThan(1300);
        expect(kept.slice(-1000).map(summaryOf)).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
      });

      it('of everything leaves the last offset and a horizon there, and new entries behind it', async () => {
        await fill(500);
        const last = (await log.load(0)).changesOffset;
        const lastEvent = await log.lastOffset(0);
        await log.trim({ maxEntries: 0 });
        await reopen();
        expect(await log.lastOffset(0)).toBe(lastEvent);
        expect((await log.load(0)).changesOffset).toBe(last);
        expect(compareOffsets(await log.changesHorizon(0), last)).toBeLessThanOrEqual(0);
        await fill(1);
        expect((await changes(last)).map(summaryOf)).toEqual(['0']);
        expect(compareOffsets((await log.load(0)).changesOffset, last)).toBeGreaterThan(0);
      });
    });

    describe('a group', () => {
      const fill = (count: number): Promise<void> =>
        log.appendChanges(Array.from({ length: count }, (_, n) => summary(`session-${n}`, String(n))));

      it('gives each entry to one consumer, of all partitions, and no more than asked for', async () => {
        await fill(20);
        const consumers = [await log.group('g', 'a'), await log.group('g', 'b')];
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
          expect(await (await log.group(group, 'a')).read({ count: 10 })).toHaveLength(4);
        }
      });

      it('wakes a waiting consumer, and ends its wait at an abort or its close', async () => {
        const consumer = await log.group('g', 'a');
        const waiting = consumer.read({ count: 5, waitMs: WAIT_MS });
        await log.appendChanges([summary(sessionIn(1), 'news')]);
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
        const dead = await log.group('g', 'dead');
        const first = await dead.read({ count: 10 });
        expect(first).toHaveLength(6);
        await dead.ack(first.slice(0, 2));
        await dead.close();
        await reopen();
        const heir = await log.group('g', 'heir');
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
        await log.appendChanges([foreign({ type: 'CardDreamt', sessionId: 'a' }), summary('b', 'good')]);
        const consumer = await log.group('enricher', 'a');
        const entries = [...(await consumer.read({ count: 10 })), ...(await consumer.read({ count: 10 }))];
        expect(entries.map(({ change }) => summaryOf(change))).toEqual(['good']);
        expect((await log.deadLetters(10)).map(({ from }) => from)).toEqual(['enricher']);
        await consumer.ack(entries);
        expect(await consumer.claim({ count: 10, minIdleMs: 0 })).toEqual([]);
      });

      it('goes on after a reset of the board, without what is gone', async () => {
        await fill(4);
        const consumer = await log.group('g', 'a');
        expect(await consumer.read({ count: 10 })).toHaveLength(4);
        await log.resetBoard();
        expect(await consumer.claim({ count: 10, minIdleMs: 0 })).toEqual([]);
        await log.appendChanges([summary('a', 'new')]);
        expect((await consumer.read({ count: 10 })).map(({ change }) => summaryOf(change))).toEqual(['new']);
      });
    });

    it('keeps dead letters, the newest first, and cuts what is long', async () => {
      expect(await log.deadLetters(5)).toEqual([]);
      for (const [at, raw] of ['one', 'two', 'x'.repeat(10_000)].entries()) {
        await log.deadLetter({ from: 'status', reason: `fault ${at}`, raw, at: T0 + at });
      }
      const letters = await log.deadLetters(2);
      expect(letters.map(({ reason }) => reason)).toEqual(['fault 2', 'fault 1']);
      expect(letters[0]?.raw).toBe('x'.repeat(4096));
      expect(letters[1]).toEqual({ from: 'status', reason: 'fault 1', raw: 'two', at: T0 + 1 });
    });

    describe('its epoch', () => {
      it('stays the same, after a reopen too, and fits into a board offset', async () => {
        const epoch = await log.epoch();
        expect(epoch).toMatch(/^[\w-]+$/);
        expect(await log.epoch()).toBe(epoch);
        await reopen();
        expect(await log.epoch()).toBe(epoch);
      });

      it('is a new one after a reset, which forgets the board and keeps the events', async () => {
        const epoch = await log.epoch();
        await log.append([prompt(sessionIn(0), 'kept')]);
        const held = await lease();
        await log.save(held, aProjection({ rows: [aRow('a')], changes: [{ type: 'CardRemoved', sessionId: 'b' }] }));
        const { changesOffset } = await log.load(0);
        await log.resetBoard();
        expect(await log.epoch()).not.toBe(epoch);
        expect(await log.load(0)).toEqual({ rows: [], checkpoint: START_OFFSET, changesOffset });
        expect(await log.readChanges(0, { after: START_OFFSET, count: 10 })).toEqual([]);
        expect(await log.changesHorizon(0)).toBe(changesOffset);
        expect(await texts()).toEqual(['kept']);
      });

      it('fences off at a reset who held a lease, who then gets a new one', async () => {
        const held = await lease('a');
        await log.resetBoard();
        await expect(log.save(held, aProjection())).rejects.toThrow(FencedOff);
        await log.save(await lease('a'), aProjection({ checkpoint: '5-0' }));
        expect((await log.load(0)).checkpoint).toBe('5-0');
      });
    });

    describe('opened again', () => {
      it('has all that it had', async () => {
        await log.append([prompt(sessionIn(0), 'one'), prompt(sessionIn(0), 'two')]);
        await log.save(
          await lease(),
          aProjection({ rows: [aRow('a')], changes: [{ type: 'CardRemoved', sessionId: 'b' }], checkpoint: '3-0' }),
        );
        await log.deadLetter({ from: 'ingest', reason: 'r', raw: 'w', at: T0 });
        const before = [
          await log.load(0),
          await log.read(0, { after: START_OFFSET, count: 9 }),
          await log.deadLetters(9),
        ];
        await reopen();
        expect([
          await log.load(0),
          await log.read(0, { after: START_OFFSET, count: 9 }),
          await log.deadLetters(9),
        ]).toEqual(before);
        await log.append([prompt(sessionIn(0), 'three')]);
        expect(await texts()).toEqual(['one', 'two', 'three']);
      });

      it('refuses another number of partitions', async () => {
        await log.append([prompt('a', 'x')]);
        await log.close();
        await expect(open(place, 3)).rejects.toThrow(/2 partitions/);
        log = await open(place, 2);
      });
    });

    it('is reachable, and refuses a partition that it does not have', async () => {
      await log.check();
      await expect(log.read(2, { after: START_OFFSET, count: 1 })).rejects.toThrow(RangeError);
      await expect(log.load(-1)).rejects.toThrow(RangeError);
    });

    it('ends all waits when it is closed, twice without harm, and refuses what comes later', async () => {
      const options = { after: START_OFFSET, count: 1, waitMs: 60_000 };
      const consumer = await log.group('g', 'a');
      const waiting = [log.read(0, options), log.readChanges(1, options), consumer.read(options)];
      await Promise.all([log.close(), log.close()]);
      expect(await Promise.all(waiting)).toEqual([[], [], []]);
      await log.close();
      await expect(log.append([prompt('a', 'x')])).rejects.toThrow(/closed/);
      await expect(log.read(0, options)).rejects.toThrow(/closed/);
      await expect(log.load(0)).rejects.toThrow(/closed/);
    });
  });
};
