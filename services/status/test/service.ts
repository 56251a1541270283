import { type Card, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryLogger } from '../../../test/support/memory-logger.ts';
import { createStatusMetrics, createStatusService, type StatusServiceOptions } from '../src/index.ts';

const logger = createLogger({ name: 'status', level: 'silent' });
const LEASE_MS = 600;

/** As a version to come may write them: another type, another version of a known one, and one more field, which alone is no obstacle. */
const newerEvents = (): SessionEvent[] => {
  const [type, version, field] = [anEvent('TurnEnded'), anEvent('PromptSubmitted'), anEvent('PromptSubmitted')];
  return [
    { ...type, type: 'WindowClosed', data: { window: 1 } },
    { ...version, schemaVersion: version.schemaVersion + 1, data: { words: ['Go', 'on'] } },
    { ...field, mood: 'calm', data: { ...field.data, language: 'en' } },
  ] as unknown as SessionEvent[];
};

/** What the service promises on a backend. `open` gives a new, empty log each time; */
export const statusServiceSuite = (backend: string, open: () => Promise<EventLog>): void => {
  describe(`status service on ${backend}`, () => {
    let log: EventLog;
    const stops: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      log = await open();
    });
    afterEach(async () => {
      await Promise.all(stops.splice(0).map((stop) => stop()));
      await log.close();
    });

    /** Runs a replica until `stop`, or the end of the test. */
    const start = (holder: string, options: Partial<StatusServiceOptions> = {}) => {
      const controller = new AbortController();
      const metrics = createStatusMetrics(createMetrics());
      const standard = { log, logger, metrics, leaseMs: LEASE_MS, now: () => T0 };
      const service = createStatusService({ ...standard, holder, ...options });
      const running = service.run(controller.signal);
      const stop = async () => {
        controller.abort();
        await running;
      };
      stops.push(stop);
      return stop;
    };

    const cards = async (): Promise<Card[]> => {
      const boards = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.load(partition)));
      const all = boards.flatMap(({ rows }) => rows.map(({ card }) => card));
      return all.toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
    };
    const untilFolded = () =>
      vi.waitFor(
        async () => {
          for (let partition = 0; partition < log.partitions; partition++) {
            expect((await log.load(partition)).checkpoint).toBe(await log.lastOffset(partition));
          }
        },
        { timeout: 10_000, interval: 20 },
      );

    const partitionWithRow = async (): Promise<number> => {
      for (let partition = 0; partition < log.partitions; partition++) {
        if ((await log.load(partition)).rows.length > 0) return partition;
      }
      throw new Error('no partition has a row');
    };

    const lifeOf = (sessionId: string): SessionEvent[] => {
      const stream = `transcript:${sessionId}`;
      const at = { sessionId, stream };
      return [
        anEvent('SessionLocated', at),
        anEvent('PromptSubmitted', at),
        anEvent('ToolRequested', at),
        anEvent('ToolFinished', at),
        anEvent('TokensUsed', at),
        anEvent('TurnEnded', at),
      ];
    };
    const lives = (count: number) => Array.from({ length: count }, (_, index) => lifeOf(`session-${index}`)).flat();

    it('turns events into cards, those that were there and those that come', async () => {
      await log.append([anEvent('PromptSubmitted')]);
      start('one');
      await untilFolded();
      expect(await cards()).toMatchObject([{ status: 'working' }]);
      await log.append([anEvent('TurnEnded')]);
      await untilFolded();
      expect(await cards()).toMatchObject([{ status: 'waiting_for_input' }]);
    });

    it('goes on from its checkpoint after a stop, and ends in the same cards as without one', async () => {
      const events = lives(20);
      await log.append(events.slice(0, 50));
      const stop = start('one');
      await untilFolded();
      await stop();
      await log.append(events.slice(30));
      start('two');
      await untilFolded();
      const stopped = await cards();

      const other = await open();
      await other.append(events);
      const whole = log;
      log = other;
      start('three');
      await untilFolded();
      expect(JSON.stringify(await cards())).toBe(JSON.stringify(stopped));
      await whole.close();
    });

    it('folds the log again into byte-identical cards when the board was reset, while it runs', async () => {
      await log.append(lives(10));
      start('one');
      await untilFolded();
      const before = JSON.stringify(await cards());
      await log.resetBoard();
      await vi.waitFor(async () => expect(await cards()).toHaveLength(10), { timeout: 10_000, interval: 20 });
      await untilFolded();
      expect(JSON.stringify(await cards())).toBe(before);
    });

    it('sets an event aside that can’t be read and says why, and goes on', async () => {
      const broken = { ...anEvent('TurnEnded'), type: 'TurnBegun' } as unknown as SessionEvent;
      await log.append([broken, anEvent('PromptSubmitted')]);
      start('one');
      await untilFolded();
      expect(await cards()).toHaveLength(1);
      expect(await log.deadLetters(10)).toMatchObject([{ from: 'status', reason: expect.stringContaining('type') }]);
    });

    it('sets aside what a newer version wrote, goes on from its rows, and a fold of the whole log misses nothing that it knows', async () => {
      await log.append([anEvent('PromptSubmitted'), ...newerEvents()]);
      const stop = start('older');
      await untilFolded();
      expect(await cards()).toMatchObject([{ status: 'working', prompts: 2 }]);
      const letters = await log.deadLetters(10);
      expect(letters.map(({ raw }) => JSON.parse(raw).type).sort()).toEqual(['PromptSubmitted', 'WindowClosed']);
      await stop();

      // A newer replica had the partition meanwhile: what it keeps has fields that nobody here knows.
      const partition = await partitionWithRow();
      const { rows, checkpoint } = await log.load(partition);
      const lease = await log.acquireLease(partition, 'newer', LEASE_MS);
      if (!lease) throw new Error('the lease is taken');
      const newerRows = rows.map((row) => ({
        ...row,
        state: { ...(row.state as object), mood: 'calm' },
        card: { ...row.card, mood: 'calm' },
      }));
      const nothing = { removed: [], changes: [], history: [], story: [], spans: [] };
      await log.save(lease, { ...nothing, rows: newerRows, checkpoint });
      await log.releaseLease(lease, 'newer');
      start('older again');
      await log.append([anEvent('TurnEnded')]);
      await untilFolded();
      const gone = await cards();
      expect(gone).toMatchObject([{ status: 'waiting_for_input', prompts: 2 }]);
      expect(gone[0]).not.toHaveProperty('mood');

      await log.resetBoard();
      await vi.waitFor(async () => expect(await cards()).toHaveLength(1), { timeout: 10_000, interval: 20 });
      await untilFolded();
      expect(await cards()).toEqual(gone);
    });

    it('drops no event for its age that nobody has folded, says so, and drops it when it is folded', async () => {
      await log.append(lives(300));
      const held = await Promise.all(
        Array.from({ length: log.partitions }, (_, partition) => log.acquireLease(partition, 'hung', 60_000)),
      );
      const said = memoryLogger('status', 'warn');
      const entries = async () => {
        const all = Array.from({ length: log.partitions }, (_, p) =>
          log.read(p, { after: START_OFFSET, count: 2_000 }),
        );
        return (await Promise.all(all)).flat().length;
      };
      start('one', { logger: said.logger, logAgeMs: 200, retentionMs: Number.POSITIVE_INFINITY, now: Date.now });
      await vi.waitFor(() => expect(said.lines.join('')).toContain('they are not folded yet'), { timeout: 10_000 });
      expect(await entries()).toBe(1_800);
      expect(await cards()).toEqual([]);

      for (const lease of held) if (lease) await log.releaseLease(lease, 'hung');
      await untilFolded();
      expect(await cards()).toHaveLength(300);
      // About exact: a backend drops them by the piece.
      await vi.waitFor(async () => expect(await entries()).toBeLessThan(400), { timeout: 10_000 });
    });

    it('leaves a partition to another replica at once when it stops', async () => {
      const stop = start('one');
      await log.append([anEvent('PromptSubmitted')]);
      await untilFolded();
      start('two');
      await stop();
      await log.append([anEvent('TurnEnded')]);
      await untilFolded();
      expect(await cards()).toMatchObject([{ status: 'waiting_for_input' }]);
    });

    it('never lets two replicas write one partition: a holder that froze is fenced off', async () => {
      // The first holder takes the lease and then neither renews nor writes, as a frozen process would.
      const frozen = await log.acquireLease(0, 'frozen', LEASE_MS);
      if (!frozen) throw new Error('no lease');
      start('two');
      await log.append(lives(3));
      await untilFolded();
      const checkpoint = await log.lastOffset(0);
      await expect(
        log.save(frozen, { rows: [], removed: [], changes: [], history: [], story: [], spans: [], checkpoint }),
      ).rejects.toMatchObject({
        code: 'FENCED_OFF',
      });
      expect(await cards()).toHaveLength(3);
    });
  });
};
