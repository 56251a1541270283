import { type Card, compareOffsets, type EnrichmentChange, estimateUsd, type Offset } from '@crewboard/contract';
import type { EventLog, GroupEntry } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { parseAnswer } from './answer.ts';
import type { Budget } from './budget.ts';
import { extractSummary, type Said } from './extract.ts';
import { meaningOf, urgencyOf } from './meaning.ts';
import type { Memory, SummaryMemory } from './memory.ts';
import type { SummaryMetrics } from './metrics.ts';
import type { Reply, SummaryModel } from './model.ts';
import type { SummaryNotices } from './notices.ts';
import { summaryPrompt } from './prompt.ts';

export interface SummarizerDeps {
  log: Pick<EventLog, 'story' | 'appendChanges'>;
  /** Without one, sessions are told in their own words. */
  model: SummaryModel | undefined;
  budget: Budget;
  memory: SummaryMemory;
  notices: SummaryNotices;
  metrics: SummaryMetrics;
  logger: Logger;
  /** True for a repository of which nothing is sent to a model. */
  isOptedOut: (repo: string) => boolean;
  /** Called with entries that need nothing more. */
  done: (entries: readonly GroupEntry[]) => void;
  now: () => number;
  /** So many questions at once. */
  concurrency?: number;
}

/** Sums sessions up as their cards come to mean something else. Does nothing by itself: `tick` does what is due. */
export interface Summarizer {
  /** Takes an entry of the changelog over; `done` hears of it when it needs nothing more. */
  take(entry: GroupEntry): Promise<void>;
  /** Begins what is due by now. What it began goes on after it has resolved; see `settled`. */
  tick(signal: AbortSignal): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Sessions that wait for their summary. */
  readonly waiting: number;
}

/** A burst of changes of one session is summed up once, so long after it began. */
const DEBOUNCE_MS = 30_000;
/** A session that works is asked for no more often. */
const AT_WORK_MS = 5 * 60_000;
/** Looked at again while another replica sums it up, or something went wrong. */
const AGAIN_MS = 5_000;
/** Sessions that have been silent for longer are told in their own words: nobody waits for them. */
const FRESH_MS = 6 * 3_600_000;
const CONCURRENCY = 4;
/** What one question is taken for before it is known, in USD. */
const RESERVED_USD = 0.02;
const PATIENCE_MS = 2 * 60_000;
const UNUSABLE_MS = 10 * 60_000;

interface Waiting {
  entries: GroupEntry[];
  card: Card;
  through: Offset;
  dueAt: number;
}

export const createSummarizer = (deps: SummarizerDeps): Summarizer => {
  const { log, model, budget, memory, notices, metrics, logger, now, concurrency = CONCURRENCY } = deps;
  const waiting = new Map<string, Waiting>();
  const underWay = new Map<string, Promise<void>>();
  /** What each session meant when it was summed up last, as far as this replica knows. */
  const meanings = new Map<string, string>();
  /** No model is asked before, in ms since 1970. */
  let closedUntil = 0;

  const finish = (sessionId: string, through: Offset): void => {
    const held = waiting.get(sessionId);
    if (!held) return;
    const isCovered = (entry: GroupEntry): boolean => compareOffsets(entry.offset, through) <= 0;
    deps.done(held.entries.filter(isCovered));
    held.entries = held.entries.filter((entry) => !isCovered(entry));
    if (held.entries.length === 0) waiting.delete(sessionId);
  };

  const takeCard = async (entry: GroupEntry, card: Card): Promise<void> => {
    const { sessionId } = card;
    const known = waiting.get(sessionId);
    const meaning = meaningOf(card);
    if (!known) {
      if (!meanings.has(sessionId)) meanings.set(sessionId, await memory.meaningOf(sessionId));
      if (meanings.get(sessionId) === meaning) return deps.done([entry]);
    }
    const delayMs = urgencyOf(card) === 'soon' ? DEBOUNCE_MS : AT_WORK_MS;
    const dueAt = Math.min(known?.dueAt ?? Number.POSITIVE_INFINITY, now() + delayMs);
    // Handed out again after a death, an older entry may come behind a newer one.
    const isNewer = !known || compareOffsets(entry.offset, known.through) > 0;
    const others = (known?.entries ?? []).filter(({ offset }) => offset !== entry.offset);
    waiting.set(sessionId, {
      entries: [...others, entry],
      card: isNewer ? card : known.card,
      through: isNewer ? entry.offset : known.through,
      dueAt,
    });
  };

  const take: Summarizer['take'] = async (entry) => {
    const { change } = entry;
    if (change.type === 'CardChanged') return takeCard(entry, change.card);
    if (change.type === 'CardRemoved') {
      const { sessionId } = change;
      deps.done(waiting.get(sessionId)?.entries ?? []);
      waiting.delete(sessionId);
      meanings.delete(sessionId);
      await memory.forget(sessionId);
    }
    deps.done([entry]);
  };

  /** A model's words, or `undefined` where it has none for this session; `'later'` where it can't be asked now. */
  const askModel = async (
    card: Card,
    prompt: ReturnType<typeof summaryPrompt>,
    signal: AbortSignal,
  ): Promise<Said | 'later' | undefined> => {
    if (!model || deps.isOptedOut(card.repo) || now() - card.lastActivityAt > FRESH_MS) return undefined;
    if (prompt.turns.length === 0) return undefined;
    if (now() < closedUntil) return laterOrNever();
    if (!(await budget.reserve(RESERVED_USD))) {
      notices.budgetSpent(budget.limits);
      return undefined;
    }
    const reply = await model.ask(prompt, signal);
    await budget.settle(RESERVED_USD, costOf(reply, model.name));
    metrics.asked(reply);
    return heed(reply, card);
  };

  /** Nobody waits long for a model: after that the session's own words have to do, until they change. */
  const laterOrNever = (): 'later' | undefined =>
    notices.isUnusable || closedUntil - now() > PATIENCE_MS ? undefined : 'later';

  const heed = (reply: Reply, card: Card): Said | 'later' | undefined => {
    switch (reply.kind) {
      case 'answered': {
        notices.allWell();
        const said = parseAnswer(reply.text, card);
        if (!said) logger.warn({ sessionId: card.sessionId }, 'a model’s answer can not be read');
        return said;
      }
      case 'busy':
        closedUntil = Math.max(closedUntil, now() + reply.afterMs);
        notices.busy(reply.reason);
        return laterOrNever();
      case 'unusable':
        closedUntil = now() + UNUSABLE_MS;
        notices.unusable(reply.reason);
        logger.error({ reason: reply.reason }, 'no summaries by a model');
        return undefined;
      case 'declined':
      case 'rejected':
        logger.warn({ sessionId: card.sessionId, reason: reply.reason }, 'no summary by a model');
        return undefined;
    }
  };

  /** Sums one session up; resolves with false where it is to be looked at again. */
  const sumUp = async (card: Card, through: Offset, known: Memory, signal: AbortSignal): Promise<boolean> => {
    const { sessionId } = card;
    const story = await log.story(sessionId);
    const prompt = summaryPrompt(card, story, known.goal);
    const meaning = meaningOf(card);
    let found: Partial<Memory> = { meaning };
    if (prompt.hash !== known.hash) {
      const said = await askModel(card, prompt, signal);
      if (said === 'later') return false;
      const told = said ?? extractSummary(card, story);
      const by = said ? 'model' : 'extract';
      if (told) await log.appendChanges([changeOf(sessionId, told, by, through, now())]);
      found = { meaning, hash: prompt.hash, ...(said ? { goal: said.goal, askedAt: now() } : {}) };
    }
    await memory.give(sessionId, found);
    meanings.set(sessionId, meaning);
    return true;
  };

  const work = async (sessionId: string, { card, through }: Waiting, signal: AbortSignal): Promise<void> => {
    let isDone = false;
    try {
      const known = await memory.take(sessionId);
      if (!known) return;
      isDone = await sumUp(card, through, known, signal);
      if (!isDone) await memory.give(sessionId, {});
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, sessionId }, 'a session could not be summed up, trying again');
    } finally {
      const held = waiting.get(sessionId);
      if (isDone) finish(sessionId, through);
      else if (held) held.dueAt = Math.max(now() + AGAIN_MS, closedUntil);
      underWay.delete(sessionId);
    }
  };

  return {
    take,
    tick(signal) {
      const at = now();
      for (const [sessionId, held] of waiting) {
        if (underWay.size >= concurrency) return;
        if (held.dueAt > at || underWay.has(sessionId)) continue;
        underWay.set(sessionId, work(sessionId, { ...held }, signal));
      }
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
    get waiting() {
      return waiting.size;
    },
  };
};

const changeOf = (
  sessionId: string,
  { goal, doing, needed }: Said,
  by: 'model' | 'extract',
  through: Offset,
  at: number,
): EnrichmentChange => ({
  type: 'SummaryWritten',
  sessionId,
  summary: doing,
  brief: { goal, needed, by, through, at },
});

/** By the price table; a model that is not in it, and a question without a bill, cost what was set aside. */
const costOf = (reply: Reply, model: string): number =>
  'used' in reply ? (estimateUsd({ [model]: reply.used }) ?? RESERVED_USD) : reply.kind === 'busy' ? 0 : RESERVED_USD;
