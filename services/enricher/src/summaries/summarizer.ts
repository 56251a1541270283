import { type Card, compareOffsets, type EnrichmentChange, type Offset } from '@crewboard/contract';
import { type EventLog, type GroupEntry, LogUnavailable } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { extractSummary, type Said } from './extract.ts';
import { isUrgent, meaningOf } from './meaning.ts';
import { isCovered, type Memory, type SummaryMemory } from './memory.ts';
import { type SummaryPrompt, summaryPrompt } from './prompt.ts';
import type { Teller } from './teller.ts';

export interface SummarizerDeps {
  log: Pick<EventLog, 'story' | 'appendChanges'>;
  memory: SummaryMemory;
  /** Without one, sessions are told in their own words. */
  teller: Teller | undefined;
  /** True for a repository of which nothing is sent to a model. */
  isOptedOut: (card: Pick<Card, 'repo' | 'remote'>) => boolean;
  logger: Logger;
  /** Called with entries that need nothing more. */
  done: (entries: readonly GroupEntry[]) => void;
  /** Called with an entry that fails each time that it is tried. */
  setAside: (entry: GroupEntry, reason: string) => Promise<void>;
  now: () => number;
  /** So many sessions at once. */
  concurrency?: number;
}

/** Sums sessions up as their cards come to mean something else. Does nothing by itself: `tick` does what is due. */
export interface Summarizer {
  /** Takes an entry of the changelog over; `done` hears of it when it needs nothing more. */
  take(entry: GroupEntry): void;
  /** True for an entry that it has taken over and that is not done. */
  holds(entry: Pick<GroupEntry, 'partition' | 'offset' | 'change'>): boolean;
  /** Begins what is due by now. What it began goes on after it has returned; see `settled`. */
  tick(signal: AbortSignal): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Sessions that wait for their summary. */
  readonly waiting: number;
}

/** A burst of changes of one session is summed up once, so long after it began. Nothing is saved by waiting where nobody is asked. */
const DEBOUNCE_MS = 30_000;
const OWN_WORDS_DEBOUNCE_MS = 2_000;
/** A model is asked about a session that works no more often. */
const AT_WORK_MS = 5 * 60_000;
/** Looked at again while another replica sums it up, or something went wrong. */
const AGAIN_MS = 5_000;
/** Sessions that have been silent for longer are told in their own words: nobody waits for them. */
const FRESH_MS = 6 * 3_600_000;
const CONCURRENCY = 4;
/** Nobody is asked: only the disk is waited for, and takes what comes together in one go. */
const OWN_WORDS_CONCURRENCY = 32;
/** So often a session is tried that can't be summed up for a reason of its own. */
const TRIES = 5;

/** What is known of a session that waits: the newest change alone, which tells all of it. */
interface Waiting {
  entry: GroupEntry;
  card: Card;
  dueAt: number;
  failures: number;
}

export const createSummarizer = (deps: SummarizerDeps): Summarizer => {
  const { log, memory, teller, logger, now } = deps;
  const { concurrency = teller ? CONCURRENCY : OWN_WORDS_CONCURRENCY } = deps;
  const waiting = new Map<string, Waiting>();
  /** Sessions that were removed, whose summaries are to be forgotten. */
  const removed = new Map<string, GroupEntry>();
  const underWay = new Map<string, Promise<void>>();
  const debounceMs = teller ? DEBOUNCE_MS : OWN_WORDS_DEBOUNCE_MS;

  const takeCard = (entry: GroupEntry, card: Card): void => {
    const { sessionId } = card;
    const known = waiting.get(sessionId);
    // Handed out again after a death, an older entry may come behind a newer one.
    if (known && compareOffsets(entry.offset, known.entry.offset) <= 0) {
      if (entry.offset !== known.entry.offset) deps.done([entry]);
      return;
    }
    if (known) deps.done([known.entry]);
    const dueAt = now() + debounceMs;
    const isFollowing = known !== undefined && !underWay.has(sessionId);
    waiting.set(sessionId, { entry, card, dueAt: isFollowing ? Math.min(known.dueAt, dueAt) : dueAt, failures: 0 });
  };

  const takeRemoval = (entry: GroupEntry, sessionId: string): void => {
    const known = waiting.get(sessionId);
    if (known && compareOffsets(known.entry.offset, entry.offset) < 0) {
      waiting.delete(sessionId);
      deps.done([known.entry]);
    }
    removed.set(sessionId, entry);
  };

  /** Whether a model is asked about it at all: old, ended and silent sessions are told in their own words. */
  const isForModel = (card: Card, { turns }: SummaryPrompt): boolean =>
    turns.length > 0 && !card.ended && !deps.isOptedOut(card) && now() - card.lastActivityAt <= FRESH_MS;

  /** Sums one session up; resolves with when it is to be looked at again, or with nothing where it is done. */
  const sumUp = async (
    card: Card,
    through: Offset,
    known: Memory,
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    const { sessionId } = card;
    const meaning = meaningOf(card);
    const story = await log.story(sessionId);
    // Where none is asked, and none ever was, its question is not written.
    const prompt = teller || known.hash !== '' ? summaryPrompt(card, story, known.goal) : undefined;
    if (prompt?.hash === known.hash) {
      await memory.give(sessionId, { meaning, through });
      return undefined;
    }
    const told = teller && prompt && isForModel(card, prompt) ? await teller.tell(card, prompt, signal) : undefined;
    if (told?.kind === 'later') {
      await memory.give(sessionId, {});
      return told.at;
    }
    const said = told?.kind === 'said' ? told.said : ownWords(extractSummary(card, story), known);
    const by = told?.kind === 'said' ? 'model' : 'extract';
    if (said) await log.appendChanges([changeOf(card, said, by, through, now())]);
    // What a model has nothing to say to, it is not asked again.
    const heard = told && prompt ? { hash: prompt.hash, askedAt: now() } : {};
    await memory.give(sessionId, {
      meaning,
      through,
      ...heard,
      ...(by === 'model' ? { goal: said?.goal ?? null } : {}),
    });
    return undefined;
  };

  /** When a session is to be looked at again; nothing where it is done. */
  const look = async ({ card, entry }: Waiting, signal: AbortSignal): Promise<number | undefined> => {
    const { sessionId } = card;
    const meaning = meaningOf(card);
    const known = await memory.look(sessionId);
    if (isCovered(known, meaning, entry.offset)) return undefined;
    const mayAskAt = known.askedAt + AT_WORK_MS;
    if (teller && !isUrgent(card) && known.askedAt > 0 && now() < mayAskAt) return mayAskAt;
    const taken = await memory.take(sessionId);
    if (!taken) return now() + AGAIN_MS;
    if (!isCovered(taken, meaning, entry.offset)) return sumUp(card, entry.offset, taken, signal);
    await memory.give(sessionId, {});
    return undefined;
  };

  const work = async (sessionId: string, held: Waiting, signal: AbortSignal): Promise<void> => {
    let again: number | undefined;
    try {
      again = await look(held, signal);
    } catch (error) {
      again = now() + AGAIN_MS;
      if (!signal.aborted) {
        // The store is away for all of them alike: that is no fault of this one.
        if (!(error instanceof LogUnavailable)) held.failures += 1;
        logger.warn({ err: error, sessionId }, 'a session could not be summed up, trying again');
        await memory.give(sessionId, {}).catch(() => undefined);
      }
    }
    try {
      if (held.failures >= TRIES) {
        await deps.setAside(held.entry, `could not be summed up in ${TRIES} tries`);
        again = undefined;
      }
    } catch {
      again = now() + AGAIN_MS;
    }
    underWay.delete(sessionId);
    // A newer change has taken its place: that one waits for its own time.
    if (waiting.get(sessionId) !== held) return;
    if (again !== undefined) {
      held.dueAt = again;
      return;
    }
    waiting.delete(sessionId);
    deps.done([held.entry]);
  };

  const forget = async (sessionId: string, entry: GroupEntry): Promise<void> => {
    try {
      await memory.forget(sessionId);
      if (removed.get(sessionId) === entry) removed.delete(sessionId);
      deps.done([entry]);
    } catch (error) {
      logger.debug({ err: error, sessionId }, 'a summary could not be forgotten, trying again');
    }
    underWay.delete(sessionId);
  };

  return {
    take(entry) {
      const { change } = entry;
      if (change.type === 'CardChanged') takeCard(entry, change.card);
      else if (change.type === 'CardRemoved') takeRemoval(entry, change.sessionId);
      else deps.done([entry]);
    },
    holds: ({ partition, offset, change: { sessionId } }) => {
      const isIt = (held: GroupEntry | undefined): boolean => held?.partition === partition && held.offset === offset;
      return isIt(waiting.get(sessionId)?.entry) || isIt(removed.get(sessionId));
    },
    tick(signal) {
      for (const [sessionId, entry] of removed) {
        if (!underWay.has(sessionId)) underWay.set(sessionId, forget(sessionId, entry));
      }
      const due = [...waiting].filter(([sessionId, { dueAt }]) => dueAt <= now() && !underWay.has(sessionId));
      // First those that a person waits for.
      due.sort(([, a], [, b]) => Number(isUrgent(b.card)) - Number(isUrgent(a.card)) || a.dueAt - b.dueAt);
      for (const [sessionId, held] of due) {
        if (underWay.size >= concurrency) return;
        underWay.set(sessionId, work(sessionId, held, signal));
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

/** The goal that a model found stays, while it is not asked. */
const ownWords = (said: Said | undefined, { goal }: Memory): Said | undefined =>
  said && { ...said, goal: goal ?? said.goal };

const changeOf = (
  { sessionId, asks }: Card,
  { goal, doing, needed }: Said,
  by: 'model' | 'extract',
  through: Offset,
  at: number,
): EnrichmentChange => ({
  type: 'SummaryWritten',
  sessionId,
  summary: doing,
  brief: { goal, needed, askId: needed === null ? null : (asks[0]?.id ?? null), by, through, at },
});
