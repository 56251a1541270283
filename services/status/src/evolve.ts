import type { RecordedEvent, SessionEvent, TokenCount } from '@crewboard/contract';
import { decide } from './decide.ts';
import { initialState, type SessionState } from './state.ts';
import { advanceTurn, stepTurn, turnEventOf } from './turn.ts';

type Event = SessionEvent | RecordedEvent;

/**
 * The state after one event. Pure: the same state and event always give the same state. A repeat (a position of its
 * stream that was seen before) changes nothing. Time moves with the events alone, to the latest `occurredAt` so far.
 */
export const evolve = (before: SessionState | undefined, event: Event): SessionState => {
  const previous = before ?? initialState(event.sessionId, event.machine, event.occurredAt);
  if (before && event.position <= (before.positions[event.stream] ?? -1)) return before;

  const clock = Math.max(previous.clock, event.occurredAt);
  const state: SessionState = {
    ...previous,
    clock,
    startedAt: Math.min(previous.startedAt, event.occurredAt),
    positions: { ...previous.positions, [event.stream]: event.position },
  };
  applyToTurn(state, event);
  apply(state, event);
  state.shown = show(previous, state);
  return state;
};

/** What is shown after an event: begun anew unless the same was shown until now, by this state or by time passing since. */
const show = (previous: SessionState, state: SessionState): SessionState['shown'] => {
  const { shown } = previous;
  const timeBroughtNothing = shown !== null && (shown.until === null || state.clock < shown.until);
  if (timeBroughtNothing && !mayChangeStatus(previous, state)) return shown;
  const { status, since, nextAt: until } = decide(state, state.clock);
  const statusBefore = timeBroughtNothing || !shown ? shown?.status : decide(previous, state.clock).status;
  const carriesOn = shown?.status === status && statusBefore === status;
  return { status, since: carriesOn ? shown.since : since, until };
};

/** All that `decide` looks at, besides the time. */
const mayChangeStatus = (a: SessionState, b: SessionState): boolean =>
  a.turn !== b.turn ||
  a.openTools !== b.openTools ||
  a.presences !== b.presences ||
  a.exit !== b.exit ||
  a.lastActivityAt !== b.lastActivityAt ||
  a.failure !== b.failure ||
  a.isInterrupted !== b.isInterrupted;

/** `state` is the fresh copy that `evolve` made; its nested objects are still shared and are replaced, not changed. */
const applyToTurn = (state: SessionState, event: Event): void => {
  const turnEvent = turnEventOf(event);
  if (!turnEvent) return;
  // Time-outs that came before this sign decide from which state the turn goes on.
  state.turn = stepTurn(advanceTurn(state, event.occurredAt).turn, turnEvent, event.occurredAt);
  state.lastActivityAt = Math.max(state.lastActivityAt, event.occurredAt);
  if (state.exit && event.occurredAt > state.exit.at) state.exit = null;
  if (!event.agentId) {
    state.isInterrupted = event.type === 'TurnInterrupted';
    state.failure = event.type === 'TurnFailed' ? { reason: event.data.reason, at: event.occurredAt } : null;
  }
};

const apply = (state: SessionState, event: Event): void => {
  switch (event.type) {
    case 'SessionLocated': {
      const { clientVersion, entrypoint, ...location } = event.data;
      state.location = { ...location, owner: location.owner ?? state.location?.owner ?? null };
      state.clientVersion = clientVersion ?? state.clientVersion;
      state.entrypoint = entrypoint ?? state.entrypoint;
      return;
    }
    case 'PromptSubmitted':
      if (event.agentId) return;
      state.openTools = {};
      if (event.data.by === 'client') return;
      state.prompts += 1;
      state.goal ??= event.data.text;
      return;
    case 'AssistantReplied':
      if (event.agentId) return;
      state.reply = event.data.text || state.reply;
      state.model = event.data.model ?? state.model;
      return;
    case 'AssistantThought':
      if (!event.agentId) state.model = event.data.model ?? state.model;
      return;
    case 'ToolRequested': {
      const { toolUseId, tool, input, model } = event.data;
      const call = { tool, input, at: event.occurredAt, agentId: event.agentId ?? null };
      state.openTools = { ...state.openTools, [toolUseId]: call };
      if (!event.agentId) state.model = model ?? state.model;
      return;
    }
    case 'ToolFinished': {
      const { [event.data.toolUseId]: _finished, ...open } = state.openTools;
      state.openTools = open;
      return;
    }
    case 'TurnEnded':
      if (event.agentId) return;
      state.backgroundAgents = event.data.backgroundAgents;
      state.openTools = openToolsOfAgents(state, event.data.backgroundAgents > 0);
      return;
    case 'TurnInterrupted':
    case 'TurnFailed':
      if (!event.agentId) state.openTools = {};
      return;
    case 'TokensUsed': {
      const { model, messageId: _messageId, ...tokens } = event.data;
      state.tokens = addTokens(state.tokens, model, tokens);
      if (!event.agentId) state.contextTokens = tokens.input + tokens.cacheRead + tokens.cacheWrite;
      return;
    }
    case 'HistoryCounted':
      state.prompts += event.data.prompts;
      for (const { model, ...tokens } of event.data.tokens) state.tokens = addTokens(state.tokens, model, tokens);
      return;
    case 'CostReported': {
      const { costUsd, linesAdded, linesRemoved } = event.data;
      state.cost = { usd: costUsd, linesAdded, linesRemoved };
      return;
    }
    case 'TitleGiven':
      state.titles = { ...state.titles, [event.data.by]: event.data.title };
      return;
    case 'PermissionModeChanged':
      state.permissionMode = event.data.mode;
      return;
    case 'PullRequestLinked':
      return;
    case 'PresenceChanged':
      applyPresence(state, event.data, event.occurredAt);
      return;
    case 'SessionLeft':
      leave(state, event.data.pid, { how: 'left', at: event.occurredAt });
      return;
    case 'ProcessExited':
      leave(state, event.data.pid, { how: event.data.how, at: event.occurredAt });
      return;
  }
};

type PresenceData = Extract<SessionEvent, { type: 'PresenceChanged' }>['data'];

const applyPresence = (state: SessionState, data: PresenceData, at: number): void => {
  const before = state.presences[data.pid];
  const { status, waitingFor } = data;
  const saysTheSame = before?.status === status && before.waitingFor === waitingFor;
  state.presences = { ...state.presences, [data.pid]: { status, waitingFor, since: saysTheSame ? before.since : at } };
  if (!saysTheSame) state.lastActivityAt = Math.max(state.lastActivityAt, at);
  state.exit = null;
  state.clientVersion = data.clientVersion ?? state.clientVersion;
  if (data.name) state.titles = { ...state.titles, [data.isNamedByPerson ? 'person' : 'client']: data.name };
  if (status === 'idle' || status === 'shell') {
    state.openTools = {};
    state.backgroundAgents = 0;
  }
};

const leave = (state: SessionState, pid: number | null, exit: NonNullable<SessionState['exit']>): void => {
  if (pid !== null) {
    const { [pid]: _gone, ...others } = state.presences;
    state.presences = others;
  }
  if (Object.keys(state.presences).length > 0) return;
  state.exit = exit;
  state.openTools = {};
  state.backgroundAgents = 0;
};

const openToolsOfAgents = (state: SessionState, agentsRun: boolean): SessionState['openTools'] =>
  agentsRun ? Object.fromEntries(Object.entries(state.openTools).filter(([, { agentId }]) => agentId)) : {};

const addTokens = (all: SessionState['tokens'], model: string, more: TokenCount): SessionState['tokens'] => {
  const { input, output, cacheRead, cacheWrite } = all[model] ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  return {
    ...all,
    [model]: {
      input: input + more.input,
      output: output + more.output,
      cacheRead: cacheRead + more.cacheRead,
      cacheWrite: cacheWrite + more.cacheWrite,
    },
  };
};
