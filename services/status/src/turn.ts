import type { SessionEvent } from '@crewboard/contract';
import { APPROVAL_TIMEOUT_MS, IDLE_TIMEOUT_MS, nextTurn, STALE_TIMEOUT_MS, type TurnEvent } from './machine.ts';
import type { SessionState } from './state.ts';

/** Calls that never wait for a permission of their own and may run for minutes. */
const DELEGATING_TOOLS = new Set(['Agent', 'Task', 'TaskOutput']);

/** What an event means to the turn of the session itself; `undefined` where it means nothing. */
export const turnEventOf = (event: SessionEvent): TurnEvent | undefined => {
  switch (event.type) {
    case 'PromptSubmitted':
      return event.agentId ? 'ASSISTANT_STREAMING' : 'USER_PROMPT';
    case 'AssistantReplied':
    case 'AssistantThought':
      return 'ASSISTANT_STREAMING';
    case 'ToolRequested':
      return 'ASSISTANT_TOOL_USE';
    case 'ToolFinished':
      return 'TOOL_RESULT';
    case 'TurnEnded':
      // The parent works on while its background agents do; a subagent's own end is not the session's.
      if (event.agentId) return undefined;
      return event.data.backgroundAgents > 0 ? 'ASSISTANT_STREAMING' : 'TURN_END';
    case 'TurnInterrupted':
    case 'TurnFailed':
      return event.agentId ? undefined : 'TURN_END';
    default:
      return undefined;
  }
};

type Turn = SessionState['turn'];
type TimeOut = { event: TurnEvent; at: number };

const waitsForResult = (state: Pick<SessionState, 'openTools'>): boolean =>
  Object.values(state.openTools).some(({ tool }) => !DELEGATING_TOOLS.has(tool));

/** The next time-out of a turn, whenever that is. */
export const nextTimeOut = (state: Pick<SessionState, 'turn' | 'openTools'>): TimeOut | undefined => {
  const { turn } = state;
  switch (turn.state) {
    case 'working':
      return waitsForResult(state)
        ? { event: 'APPROVAL_TIMEOUT', at: turn.signAt + APPROVAL_TIMEOUT_MS }
        : { event: 'STALE_TIMEOUT', at: turn.signAt + STALE_TIMEOUT_MS };
    case 'waiting_for_approval':
    case 'waiting_for_input':
      return { event: 'IDLE_TIMEOUT', at: turn.signAt + IDLE_TIMEOUT_MS };
    case 'idle':
      return undefined;
  }
};

/** The turn at a later time: every time-out that is due by `now` (ms since 1970, inclusive) has happened, each at its own time. */
export const advanceTurn = (
  state: Pick<SessionState, 'turn' | 'openTools'>,
  now: number,
): { turn: Turn; timedOut: boolean } => {
  let turn = state.turn;
  let timedOut = false;
  for (;;) {
    const due = nextTimeOut({ turn, openTools: state.openTools });
    if (!due || due.at > now) return { turn, timedOut };
    turn = { ...turn, state: nextTurn(turn.state, due.event), at: due.at };
    timedOut = true;
  }
};

/** The turn after a sign at `at`: begins anew only where the state changes. */
export const stepTurn = (turn: Turn, event: TurnEvent, at: number): Turn => {
  const state = nextTurn(turn.state, event);
  return { state, at: state === turn.state ? turn.at : at, signAt: Math.max(turn.signAt, at) };
};
