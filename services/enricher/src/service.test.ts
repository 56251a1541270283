import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyEnrichment,
  type BoardChange,
  type Card,
  type Enrichment,
  noEnrichment,
  START_OFFSET,
} from '@crewboard/contract';
import { aCard, T0 } from '@crewboard/contract/testing';
import { type EventLog, type GroupEntry, openEmbeddedLog, partitionOf } from '@crewboard/event-log';
import { openMemoryRecords } from '@crewboard/records/testing';
import { createLogger, Registry } from '@crewboard/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { createNotices } from './notices.ts';
import { createEnricher } from './service.ts';
import { createSummaryMemory } from './summaries/memory.ts';
import { createSummarizer } from './summaries/summarizer.ts';

const logger = createLogger({ name: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
/** What a replica holds for longer is the others', in ms. Longer than any that lives takes for it here. */
const IDLE_MS = 3_000;
const STARTED_AT = Date.now();
/** Seconds pass in milliseconds: what the dead held is soon the others'. */
const clock = () => T0 + (Date.now() - STARTED_AT) * 100;
const SESSIONS = Array.from({ length: 30 }, (_, n) => `s${n}`);

const openLog = async (): Promise<EventLog> => {
  const log = await openEmbeddedLog({ dir: temporaryFolder('enricher'), partitions: 2 });
  onTestFinished(() => log.close());
  return log;
};

/** Cards as the fold saves them, of one partition after the other. */
const project = async (log: EventLog, cards: readonly Card[]): Promise<void> => {
  for (let partition = 0; partition < log.partitions; partition++) {
    const here = cards.filter(({ sessionId }) => partitionOf(sessionId, log.partitions) === partition);
    const lease = await log.acquireLease(partition, 'test', 60_000);
    if (!lease) throw new Error('the lease is taken');
    await log.save(lease, {
      removed: [],
      rows: here.map((card) => ({ sessionId: card.sessionId, state: {}, card })),
      changes: here.map((card): BoardChange => ({ type: 'CardChanged', sessionId: card.sessionId, card })),
      history: [],
      spans: [],
      story: here.map(({ sessionId, now: text }) => ({
        sessionId,
        entry: { kind: 'reply', at: T0, text: text ?? '' },
      })),
      checkpoint: START_OFFSET,
    });
  }
};

/** What the board has shown of each session, in order: as it takes what was written. */
const shownOn = async (log: EventLog): Promise<Map<string, string[]>> => {
  const known = new Map<string, Enrichment>();
  const shown = new Map<string, string[]>();
  for (let partition = 0; partition < log.partitions; partition++) {
    for (const change of await log.readChanges(partition, { after: START_OFFSET, count: 100_000 })) {
      if (change.type !== 'SummaryWritten') continue;
      const { sessionId } = change;
      const next = applyEnrichment(known.get(sessionId) ?? noEnrichment, change);
      known.set(sessionId, next);
      shown.set(sessionId, [...(shown.get(sessionId) ?? []), next.summary ?? '']);
    }
  }
  return shown;
};

test('replicas that die at any point lose nothing, and what is shown never goes back', async () => {
  const log = await openLog();
  const records = openMemoryRecords(new Map(), clock);
  let replicas = 0;
  const start = (steps: number) => {
    replicas += 1;
    const consumer = `replica ${replicas}`;
    const dying = new AbortController();
    let left = steps;
    /** Dies before or after what it does next, with all that it holds. */
    const orDie = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (dying.signal.aborted) return new Promise(() => undefined);
      const result = await work();
      left -= 1;
      if (left > 0) return result;
      dying.abort();
      return new Promise(() => undefined);
    };
    const dyingLog = {
      ...log,
      story: (id: string) => orDie(() => log.story(id)),
      appendChanges: (changes: Parameters<EventLog['appendChanges']>[0]) => orDie(() => log.appendChanges(changes)),
      group: async (name: string, who: string) => {
        const group = await log.group(name, who);
        return { ...group, ack: (entries: readonly GroupEntry[]) => orDie(() => group.ack(entries)) };
      },
    };
    const dyingRecords = {
      ...records,
      update: (...args: Parameters<typeof records.update>) => orDie(() => records.update(...args)),
    };
    const memory = createSummaryMemory(dyingRecords, consumer, clock);
    const enricher = createEnricher({
      log: dyingLog,
      consumer,
      notices: createNotices(records, logger, clock),
      logger,
      registry: new Registry(),
      now: clock,
      claimIdleMs: IDLE_MS,
      restMs: 0,
      summarizer: (hears) =>
        createSummarizer({
          log: dyingLog,
          memory,
          teller: undefined,
          isOptedOut: () => false,
          logger,
          now: clock,
          ...hears,
        }),
    });
    enricher.run(dying.signal);
    onTestFinished(() => dying.abort());
    return dying.signal;
  };

  const random = () => 1 + Math.floor(Math.random() * 15);
  let running = [start(random()), start(random())];
  for (let round = 1; round <= 5; round++) {
    await project(
      log,
      SESSIONS.map((sessionId) =>
        aCard({ sessionId, prompts: round, status: 'waiting_for_input', now: `Round ${round} is over.` }),
      ),
    );
    for (let n = 0; n < 10; n++) {
      running = running.map((signal) => (signal.aborted ? start(random()) : signal));
      await sleep(20);
    }
  }
  start(Number.POSITIVE_INFINITY);
  await expect
    .poll(async () => [...(await shownOn(log)).values()].filter((told) => told.at(-1) === 'Round 5 is over.').length, {
      timeout: 60_000,
    })
    .toBe(SESSIONS.length);
  for (const told of (await shownOn(log)).values()) {
    // What was stored just before a death may be stored again; nobody sees it.
    expect(told).toEqual([...told].sort());
  }
  expect(await log.deadLetters(10)).toEqual([]);
  console.log(`${replicas} replicas, of which ${replicas - 3} or more died`);
}, 120_000);

test('what was dropped before it was read is summed up from the cards as they are, and the board says so', async () => {
  const log = await openLog();
  const records = openMemoryRecords(new Map(), clock);
  const cardsOf = (round: number) =>
    SESSIONS.map((sessionId) =>
      aCard({ sessionId, prompts: round, status: 'waiting_for_input', now: `Round ${round} is over.` }),
    );
  const countOf = async (text: string): Promise<number> =>
    [...(await shownOn(log)).values()].filter((told) => told.at(-1) === text).length;
  const toldTimes = async (registry: Registry): Promise<unknown> =>
    (await registry.getMetricsAsJSON())[0]?.values[0]?.value;
  const runUntil = async (text: string): Promise<Registry> => {
    const registry = new Registry();
    const stopping = new AbortController();
    const consumer = `replica until ${text}`;
    const notices = createNotices(records, logger, clock);
    const memory = createSummaryMemory(records, consumer, clock);
    const told = { log, logger, now: clock };
    const running = createEnricher({
      ...told,
      consumer,
      notices,
      registry,
      restMs: 0,
      summarizer: (hears) =>
        createSummarizer({ ...told, memory, teller: undefined, isOptedOut: () => false, ...hears }),
    }).run(stopping.signal);
    await expect.poll(() => countOf(text), { timeout: 15_000 }).toBe(SESSIONS.length);
    stopping.abort();
    await running;
    await notices.settled();
    return registry;
  };

  await project(log, cardsOf(1));
  expect(await toldTimes(await runUntil('Round 1 is over.'))).toBe(0);
  expect(await records.list('notice')).toEqual([]);

  await project(log, cardsOf(2));
  await log.trim({ maxEntries: 0 });
  expect(await toldTimes(await runUntil('Round 2 is over.'))).toBe(2);
  expect(await records.list('notice')).toMatchObject([{ value: { says: expect.stringMatching(/away for longer/) } }]);
  expect(await log.deadLetters(10)).toEqual([]);
});
