import type { BoardChange, Card, Offset, RecordedEvent, SessionEvent } from '@crewboard/contract';
import {
  cardText,
  type EventEntry,
  type HistoryEntry,
  type PartitionBoard,
  type Projection,
  type SpanLine,
  type StoryLine,
} from '@crewboard/event-log';
import { LruMap } from 'toad-cache';
import { advance } from './card.ts';
import { type Evolved, fold, isTold, passTime } from './evolve.ts';
import { type HeardMachines, machineNews } from './machines.ts';
import { type SessionState, sessionStateSchema } from './state.ts';
import { createStateText } from './state-text.ts';
import { headProcess } from './views/processes.ts';

interface Held {
  state: SessionState;
  /** The card as last saved, and its JSON; null before the first time. */
  card: Card | null;
  json: string | null;
  /** When time alone changes the card, in ms since 1970. */
  nextAt: number;
  /** Since when the last contradiction that was counted stood. */
  contradictedSince: number;
}

export interface SetAside {
  offset: Offset;
  reason: string;
  raw: string;
}

/** A contradiction between sources that has lasted: who decided, who said otherwise, and in which version of the client. */
export interface Contradiction {
  decided: string;
  other: string;
  clientVersion: string | null;
}

/** What one step leaves: what to save, the entries that could not be folded, and the contradictions that began to count. */
export interface Step {
  projection: Projection;
  setAside: SetAside[];
  contradictions: Contradiction[];
}

/** Sessions whose states' text is kept for the next save: some 10 KB each. */
const TEXTS_KEPT = 500;

/**
 * The fold of one partition, in memory: its sessions' states and the cards last saved. Does no I/O; `fold` and `tick`
 * return what has to be saved, and a caller that can't save it throws the whole fold away and loads again.
 */
export const createPartitionFold = (loaded: PartitionBoard, retentionMs: number) => {
  const held = new Map<string, Held>();
  let checkpoint = loaded.checkpoint;
  let tickedAt = 0;
  /** Of the sessions that changed last. */
  const texts = new LruMap<ReturnType<typeof createStateText>>(TEXTS_KEPT);
  for (const { sessionId, state, card } of loaded.rows) {
    const known = sessionStateSchema.parse(state);
    // Its time-outs are looked at with the first tick.
    held.set(sessionId, { state: known, card, json: cardText(card), nextAt: 0, contradictedSince: 0 });
  }

  const textOf = (state: SessionState): string => {
    let text = texts.get(state.sessionId);
    if (!text) {
      text = createStateText();
      texts.set(state.sessionId, text);
    }
    return text(state);
  };

  /** A session that rested for the whole retention leaves the board; what comes later begins it anew. */
  const expiresAt = ({ state }: Pick<Held, 'state'>): number =>
    headProcess(state.processes) && !state.machineLost ? Number.POSITIVE_INFINITY : state.clock + retentionMs;

  /** Asked for each event: only what rested for so long is looked at more closely. */
  const isExpired = (session: Held, at: number): boolean =>
    at >= session.state.clock + retentionMs && at >= expiresAt(session);

  const remove = ({ state: { sessionId } }: Held): BoardChange => {
    held.delete(sessionId);
    return { type: 'CardRemoved', sessionId };
  };

  /** Brings one session's card to `now`; tells the change, if there is one. */
  const settle = (session: Held, now: number): BoardChange | undefined => {
    const { sessionId } = session.state;
    const { json: before } = session;
    const { card, nextAt } = advance(session.state, now);
    session.card = card;
    session.json = cardText(card);
    session.nextAt = Math.min(nextAt ?? Number.POSITIVE_INFINITY, expiresAt(session));
    return before === session.json ? undefined : { type: 'CardChanged', sessionId, card };
  };

  const changesOf = (sessions: readonly Held[], now: number): BoardChange[] =>
    sessions.flatMap((session) => settle(session, now) ?? []);

  const isHeld = (session: Held): boolean => held.get(session.state.sessionId) === session;

  const projectionOf = (
    sessions: readonly Held[],
    changes: readonly BoardChange[],
    { history, story, spans }: Told,
  ): Projection => ({
    rows: sessions
      .filter(isHeld)
      .flatMap(({ state, card }) =>
        card ? [{ sessionId: state.sessionId, state, stateText: textOf(state), card }] : [],
      ),
    removed: changes.filter(({ type }) => type === 'CardRemoved').map(({ sessionId }) => sessionId),
    changes,
    history: history.filter(({ sessionId }) => held.has(sessionId)),
    story: story.filter(({ sessionId }) => held.has(sessionId)),
    spans: spans.filter(({ sessionId }) => held.has(sessionId)),
    checkpoint,
  });

  const take = (
    session: Held,
    { state, changes, spans: ended, story: entry }: Evolved,
    { history, story, spans, contradictions }: Told,
  ): Held => {
    session.state = state;
    if (entry) story.push({ sessionId: state.sessionId, entry });
    for (const span of ended) spans.push({ sessionId: state.sessionId, span });
    for (const change of changes) {
      history.push({ sessionId: state.sessionId, change });
      const { disagreement } = change;
      if (!disagreement || disagreement.since === session.contradictedSince) continue;
      session.contradictedSince = disagreement.since;
      const [decided = '', other = ''] = disagreement.sources.map(({ source }) => source);
      contradictions.push({ decided, other, clientVersion: state.facts.clientVersion?.value ?? null });
    }
    return session;
  };

  /** Drops a session, with all that this step has told of it so far. */
  const withdraw = (session: Held, told: Told): void => {
    const { sessionId } = session.state;
    const isOfOthers = (of: { sessionId: string }) => of.sessionId !== sessionId;
    told.history = told.history.filter(isOfOthers);
    told.story = told.story.filter(isOfOthers);
    told.spans = told.spans.filter(isOfOthers);
    const removal = remove(session);
    // A card that was never saved is on no board.
    if (session.card) told.removals.push(removal);
  };

  /** Gives the session that the event changed; `undefined` where it left none behind. */
  const foldOne = (event: RecordedEvent, told: Told): Held | undefined => {
    const session = held.get(event.sessionId);
    if (event.type === 'SessionWithdrawn') {
      if (session) withdraw(session, told);
      return undefined;
    }
    const known = session && !isExpired(session, event.occurredAt) ? session.state : undefined;
    // What the board itself tells is of sessions that it had then: it brings none back that has left since.
    if (!known && isTold(event)) return undefined;
    const evolved = fold(known, event);
    if (session) return take(session, evolved, told);
    const added: Held = {
      state: evolved.state,
      card: null,
      json: null,
      nextAt: Number.POSITIVE_INFINITY,
      contradictedSince: 0,
    };
    held.set(event.sessionId, added);
    return take(added, evolved, told);
  };

  return {
    get checkpoint(): Offset {
      return checkpoint;
    },
    get size(): number {
      return held.size;
    },
    /** When time alone changes a card next, in ms since 1970; infinity for never. */
    nextAt: (): number => {
      let next = Number.POSITIVE_INFINITY;
      for (const { nextAt } of held.values()) next = Math.min(next, nextAt);
      return next;
    },
    /** Folds entries in their order. An entry that can't be read, or that a rule fails on, is set aside and the rest goes on. */
    fold: (entries: readonly EventEntry[], now: number): Step => {
      const touched = new Set<Held>();
      const setAside: SetAside[] = [];
      const told: Told = { removals: [], history: [], story: [], spans: [], contradictions: [] };
      for (const entry of entries) {
        checkpoint = entry.offset;
        if (!entry.ok) {
          setAside.push(entry);
          continue;
        }
        try {
          const session = foldOne(entry.event, told);
          if (session) touched.add(session);
        } catch (error) {
          const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
          setAside.push({ offset: entry.offset, reason, raw: JSON.stringify(entry.event) });
        }
      }
      const sessions = [...touched].filter(isHeld);
      // Removals first: a session that came back in the same step begins anew behind its own.
      const projection = projectionOf(sessions, [...told.removals, ...changesOf(sessions, now)], told);
      return { projection, setAside, contradictions: told.contradictions };
    },
    /** What to append to the log about sessions whose machine fell silent or is heard again. One that is over stays as it is. */
    machineNews: (heard: HeardMachines, now: number): SessionEvent[] =>
      [...held.values()].flatMap(({ state, card }) =>
        card?.ended === false || state.machineLost ? (machineNews(state, heard, now) ?? []) : [],
      ),
    /**
     * Applies what is due by `now`: time-outs, and sessions that leave the board. Those stay while the log is not read to its end:
     * what comes next may be of a time when they were still there.
     */
    tick: (now: number, isAtEnd = true): Step => {
      const changed: Held[] = [];
      const changes: BoardChange[] = [];
      const told: Told = { removals: [], history: [], story: [], spans: [], contradictions: [] };
      // The clock was set back: what it brought too early is looked at again.
      const isSetBack = now < tickedAt;
      tickedAt = now;
      for (const session of held.values()) {
        if (session.nextAt > now && !isSetBack) continue;
        if (isAtEnd && expiresAt(session) <= now) {
          changes.push(remove(session));
          changed.push(session);
          continue;
        }
        const before = told.history.length;
        take(session, passTime(session.state, now), told);
        const change = settle(session, now);
        if (change) changes.push(change);
        if (change || told.history.length > before) changed.push(session);
      }
      const projection = projectionOf(changed, changes, told);
      return { projection, setAside: [], contradictions: told.contradictions };
    },
  };
};

/** What steps of the fold told besides the cards. */
interface Told {
  /** Of sessions that were withdrawn. */
  removals: BoardChange[];
  history: HistoryEntry[];
  story: StoryLine[];
  spans: SpanLine[];
  contradictions: Contradiction[];
}

export type PartitionFold = ReturnType<typeof createPartitionFold>;
