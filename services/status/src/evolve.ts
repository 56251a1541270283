import type { RecordedEvent, SessionEvent, Span, StatusChange, StoryEntry } from '@crewboard/contract';
import { type Decision, decide } from './decide.ts';
import { endedAgent } from './spans/agents.ts';
import { endedAsks, followedAsks } from './spans/asks.ts';
import { evolveWork, isPieceOver, workSpan } from './spans/work.ts';
import { initialState, type SessionState } from './state.ts';
import { storyOf } from './story.ts';
import { evolveClaim } from './views/claim.ts';
import { evolveFacts } from './views/facts.ts';
import { evolveHooks } from './views/hooks.ts';
import { evolveJob } from './views/job.ts';
import { evolveProcesses, headProcess } from './views/processes.ts';
import { evolveTranscript } from './views/transcript.ts';
import { turnEventOf } from './views/turn.ts';

type Event = SessionEvent | RecordedEvent;

/** A state, and what was told on the way to it, in the order of time: the changes of status, and the spans that ended. */
export interface Evolved {
  state: SessionState;
  changes: readonly StatusChange[];
  spans: readonly Span[];
  /** What an event added to the session's story. */
  story?: StoryEntry | undefined;
}

/**
 * The state after one event. Pure: the same state and event always give the same state. A repeat (a position of its
 * stream that was seen before) changes nothing. Time moves with the events alone, to the latest `occurredAt` so far.
 */
export const evolve = (before: SessionState | undefined, event: Event): SessionState => fold(before, event).state;

/** {@link evolve}, with the changes of status that the event and the time since the one before it brought. */
export const fold = (before: SessionState | undefined, event: Event): Evolved => {
  const previous = before ?? initialState(event.sessionId, event.machine, event.occurredAt);
  if (before && event.position <= (before.positions.get(event.stream) ?? -1))
    return { state: before, changes: [], spans: [] };
  const clock = Math.max(previous.clock, event.occurredAt);
  // What only passing time brought until now has happened before this event.
  const passed = passTime(previous, clock);
  const story = storyOf(before, event);
  const state = applied(passed.state, event, clock);
  const done = doneWith(passed.state, state, event);
  if (!mayChangeStatus(passed.state, state))
    return { state: done.state, changes: passed.changes, spans: joined(passed.spans, done.spans), story };
  const shown = show(done.state, clock);
  return {
    state: shown.state,
    changes: shown.change ? [...passed.changes, shown.change] : passed.changes,
    spans: joined(passed.spans, joined(done.spans, shown.spans)),
    story,
  };
};

/** Most events end nothing: no list is copied for them. */
const joined = (some: readonly Span[], more: readonly Span[]): readonly Span[] =>
  more.length === 0 ? some : some.length === 0 ? more : [...some, ...more];

const NO_SPANS: readonly Span[] = [];

/** Tells the work and the subagent that ended with the event. */
const doneWith = (
  before: SessionState,
  after: SessionState,
  event: Event,
): { state: SessionState; spans: readonly Span[] } => {
  const agent = endedAgent(before.transcript, after.transcript, event);
  const spans = agent ? [agent] : NO_SPANS;
  const { work } = after;
  if (!work || !isPieceOver(work, event)) return { state: after, spans };
  const span = workSpan(work, event.occurredAt, after.facts.contextTokens?.value ?? 0);
  return { state: { ...after, work: null }, spans: span ? [...spans, span] : spans };
};

/**
 * The state at a later time: each time-out that is due by `now` has happened at its own time. A `now` before the last event counts
 * as that event's time. However often, and with whatever clocks, time was looked at before: what comes out is what the events and `now` say.
 */
export const passTime = (state: SessionState, now: number): Evolved => {
  const end = Math.max(now, state.clock);
  if (state.passed && state.passed.at > end) return takenBack(state, state.passed.from, end);
  let at = state.shown?.until ?? null;
  if (!state.shown || at === null || at > end) return { state, changes: [], spans: NO_SPANS };
  const from = state.passed?.from ?? state.shown;
  const changes: StatusChange[] = [];
  const spans: Span[] = [];
  let passed = state;
  while (at !== null && at <= end) {
    const shown = show(passed, at);
    passed = { ...shown.state, passed: { at, from } };
    if (shown.change) changes.push(shown.change);
    spans.push(...shown.spans);
    const next: number | null = passed.shown?.until ?? null;
    at = next !== null && next > at ? next : null;
  }
  return { state: passed, changes, spans };
};

/** The clock was ahead when time was looked at, or an event came late: what time has brought by `end`, from what the events had left. */
const takenBack = (state: SessionState, from: NonNullable<SessionState['shown']>, end: number): Evolved => {
  const anew = passTime({ ...state, shown: from, passed: null }, end).state;
  // What came about until then was told when it was first looked at.
  const changes = anew.shown?.key === state.shown?.key ? [] : [changeOf(decide(anew, end), end)];
  return { state: anew, changes, spans: NO_SPANS };
};

/** What is shown from `at` on: begun anew unless the same status was shown until then. */
const show = (
  state: SessionState,
  at: number,
): { state: SessionState; change: StatusChange | undefined; spans: readonly Span[] } => {
  const decision = decide(state, at);
  const { status, nextAt: until } = decision;
  const { shown } = state;
  const since = shown?.status === status ? shown.since : decision.since;
  const key = keyOf(decision);
  const asks = followedAsks(shown?.asks ?? [], decision);
  const next = { ...state, shown: { status, since, until, key, asks } };
  const spans = shown ? endedAsks(shown.asks, asks, decision, at) : NO_SPANS;
  // The first event may name a session before any source says what it does: that is no status that it had.
  const isNothingYet = !shown && decision.condition?.kind === 'unknown';
  return { state: next, change: key === shown?.key || isNothingYet ? undefined : changeOf(decision, at), spans };
};

/** What makes two decisions two entries of a history. */
const keyOf = ({ status, ended, condition, asks, disagreement }: Decision): string => {
  if (!ended && condition === null && asks.length === 0 && disagreement === null) return status;
  const asked = asks.map(({ id, kind }) => `${kind}=${id}`).join();
  return `${status} ${ended} ${condition?.kind} ${asked} ${disagreement !== null}`;
};

const changeOf = ({ status, ended, condition, asks, evidence, disagreement }: Decision, at: number): StatusChange => ({
  at,
  status,
  ended,
  condition: condition?.kind ?? null,
  asks: asks.map(({ kind, tool, agentId }) => ({ kind, tool, agentId })),
  evidence,
  disagreement,
});

/** More than a session with its subagents has. A repeat of one that was dropped would count again. */
const STREAMS_KEPT = 2_000;

/**
 * The state after an event that is new, but for what is shown. Each source touches its own view alone. Every field stands here by its
 * name: of all ways to make an object that is much like another, this is by far the fastest.
 */
const applied = (previous: SessionState, event: Event, clock: number): SessionState => {
  const { transcript, processes, hooks, job, machineLost, claim } = previous;
  const view = viewOf(event);
  // Before the view is another: it asks what the call was that the event ends.
  const work = evolveWork(previous.work, transcript, event);
  return {
    sessionId: previous.sessionId,
    machine: machineAfter(previous, event),
    clock,
    startedAt: Math.min(previous.startedAt, event.occurredAt),
    lastActivityAt: isActivity(previous, event)
      ? Math.max(previous.lastActivityAt, event.occurredAt)
      : previous.lastActivityAt,
    positions: previous.positions.with(event.stream, event.position, STREAMS_KEPT),
    transcript: view === 'transcript' ? evolveTranscript(transcript, event) : transcript,
    processes: view === 'processes' ? evolveProcesses(processes, event) : processes,
    hooks: view === 'hooks' ? evolveHooks(hooks, event) : hooks,
    job: event.type === 'JobChanged' ? evolveJob(event) : job,
    machineLost: view === 'machineLost' ? machineLostAfter(event) : machineLost,
    facts: evolveFacts(previous.facts, event),
    claim: event.type === 'NeedClaimed' || event.type === 'ClaimReleased' ? evolveClaim(claim, event) : claim,
    work,
    shown: previous.shown,
    passed: null,
  };
};

/** The name that its machine has now: machines are renamed. What the board tells of one may be of a moment before. */
const machineAfter = ({ machine }: SessionState, event: Event): string =>
  isTold(event) && event.type !== 'MachineReturned' ? machine : event.machine;

/** By the board itself. */
export const isTold = ({ source }: Pick<SessionEvent, 'source'>): boolean =>
  source === 'machine' || source === 'person';

/** The view that an event goes into, where many kinds do; `undefined` for the rest. */
const viewOf = (event: Event): 'transcript' | 'processes' | 'hooks' | 'machineLost' | undefined => {
  switch (event.type) {
    case 'PresenceChanged':
    case 'ProcessExited':
      return 'processes';
    case 'SessionLeft':
      // Where the transcript tells it, a hand-over: the process that goes on tells of itself.
      return event.source === 'transcript' ? undefined : 'processes';
    case 'MachineLost':
    case 'MachineReturned':
      return 'machineLost';
    case 'JobChanged':
    case 'NeedClaimed':
    case 'ClaimReleased':
      return undefined;
    default:
      return event.source === 'hook' ? 'hooks' : 'transcript';
  }
};

const machineLostAfter = (event: Event): SessionState['machineLost'] =>
  event.type === 'MachineLost' ? { silentSince: event.data.silentSince } : null;

/** Signs that the session does something. Titles, totals, counts and places are none, nor is a presence that repeats itself. */
const isActivity = (state: SessionState, event: Event): boolean => {
  if (event.type !== 'PresenceChanged') return turnEventOf(event) !== undefined || event.type === 'PermissionRequested';
  const before = state.processes.get(event.stream);
  return (
    !before ||
    before.gone !== null ||
    before.status !== event.data.status ||
    before.waitingFor !== event.data.waitingFor
  );
};

/** All that `decide` looks at, besides the time. */
const mayChangeStatus = (a: SessionState, b: SessionState): boolean =>
  a.shown === null ||
  a.processes !== b.processes ||
  a.hooks !== b.hooks ||
  a.job !== b.job ||
  a.machineLost !== b.machineLost ||
  a.facts.entrypoint !== b.facts.entrypoint ||
  (a.transcript !== b.transcript && !isMereSign(a, b));

/**
 * One more sign of a turn that is known to be under way: most events are that. It only puts off what time will bring, and
 * what was to be looked at sooner is looked at once more then.
 */
const isMereSign = (a: SessionState, b: SessionState): boolean => {
  const [before, after] = [a.transcript, b.transcript];
  if (before.turn.state !== 'working' || after.turn.at !== before.turn.at || after.turn.state !== 'working')
    return false;
  if (b.hooks.turn && b.hooks.turn.state !== 'working') return false;
  if (!TOLD.every((key) => before[key] === after[key])) return false;
  // Whether it waits for a person, its presence alone says: calls that come and go are no news.
  if (headProcess(b.processes)?.status === 'busy') return true;
  return b.processes.size === 0 && !b.hooks.turn && !b.job && CALLS.every((key) => before[key] === after[key]);
};

/** All of a transcript but its turn and its calls. */
const TOLD = ['ended', 'backgroundAgents', 'retry', 'compactedAt', 'closedAt'] as const;
const CALLS = ['openTools', 'finished', 'reported', 'shells', 'agents'] as const;
