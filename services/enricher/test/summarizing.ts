import {
  type Card,
  type EnrichmentChange,
  type Notice,
  noticeSchema,
  type RecordedChange,
  type StoryEntry,
} from '@crewboard/contract';
import { aCard, aToolEntry, T0 } from '@crewboard/contract/testing';
import type { GroupEntry } from '@crewboard/event-log';
import { openMemoryRecords } from '@crewboard/records/testing';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { z } from 'zod';
import { createNotices } from '../src/notices.ts';
import { createBudget } from '../src/summaries/budget.ts';
import { type SummarySettings, summaryShape } from '../src/summaries/settings.ts';
import { summariesOf } from '../src/summaries/start.ts';

type Written = Extract<EnrichmentChange, { type: 'SummaryWritten' }>;

/** A summarizer as the settings make it, on a log in memory, at a time that the test sets. */
export const startSummarizing = async (env: Record<string, string>, options: { story?: StoryOf } = {}) => {
  const settings: SummarySettings = z.object(summaryShape).parse(env);
  let clock = T0;
  let offset = 0;
  const now = () => clock;
  const logger = createLogger({ name: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const records = openMemoryRecords(new Map(), now);
  const stories = new Map<string, StoryEntry[]>();
  const written: Written[] = [];
  const done = new Set<string>();
  const aside: string[] = [];
  let fault: Error | undefined;
  const log = {
    story: async (sessionId: string) => options.story?.(sessionId) ?? stories.get(sessionId) ?? [],
    appendChanges: async (changes: readonly EnrichmentChange[]) => {
      if (fault) throw fault;
      for (const change of changes) if (change.type === 'SummaryWritten') written.push(change);
      return changes.length;
    },
  };
  const { signal } = new AbortController();
  const replica = async (consumer: string) => {
    const notices = createNotices(records, logger, now);
    const deps = { log, records, notices, consumer, logger, registry: createMetrics(), now };
    const create = await summariesOf(settings, deps);
    const summarizer = create?.({
      done: (entries) => {
        for (const entry of entries) done.add(entry.offset);
      },
      setAside: async (_entry, reason) => void aside.push(reason),
    });
    if (!summarizer) throw new Error('no sessions are summed up');
    return { summarizer, notices };
  };
  const { summarizer, notices } = await replica('one');

  const entryOf = (change: RecordedChange | Omit<RecordedChange, 'offset'>): GroupEntry => {
    offset += 1;
    const recorded = { ...change, offset: `${offset}-0` } as RecordedChange;
    return { partition: 0, offset: recorded.offset, change: recorded, deliveries: 1 };
  };
  const run = async (): Promise<void> => {
    for (let before = -1; before !== summarizer.waiting; ) {
      before = summarizer.waiting;
      summarizer.tick(signal);
      await summarizer.settled();
    }
  };
  return {
    records,
    written,
    done,
    aside,
    summarizer,
    replica,
    entryOf,
    now,
    /** Begins what is due, and waits for it. */
    run,
    wait: async (ms: number) => {
      clock += ms;
      await run();
    },
    failWith: (error: Error | undefined) => {
      fault = error;
    },
    tell: (overrides: Partial<Card>, story?: readonly StoryEntry[]): GroupEntry => {
      const card = aCard({ lastActivityAt: clock, ...overrides });
      if (story) stories.set(card.sessionId, [...story]);
      const entry = entryOf({ type: 'CardChanged', sessionId: card.sessionId, card } as never);
      summarizer.take(entry);
      return entry;
    },
    /** Of the day that it is. */
    spent: () => createBudget(records, { usd: 0, calls: 0 }, now).spent(),
    notices: async (): Promise<Notice[]> => {
      await notices.settled();
      return (await records.list('notice')).map(({ value }) => noticeSchema.parse(value));
    },
  };
};

type StoryOf = (sessionId: string) => StoryEntry[] | undefined;

/** The story of one turn. */
export const aTurn = (prompt: string, reply: string, at = T0): StoryEntry[] => [
  { kind: 'prompt', at, text: prompt, by: 'human' },
  aToolEntry({ at: at + 1_000, startedAt: at + 500, tool: 'Edit', input: 'src/tail.ts' }),
  { kind: 'reply', at: at + 2_000, text: reply },
  { kind: 'turn', at: at + 2_000, how: 'done', text: '' },
];
