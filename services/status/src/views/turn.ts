import type { SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { ms, type OpenTools } from './fields.ts';
import {
  APPROVAL_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  nextTurn,
  STALE_TIMEOUT_MS,
  TURN_STATES,
  type TurnEvent,
} from './machine.ts';

/** A turn: its state, since when, and its last sign of life. */
export const turnSchema = z.object({ state: z.enum(TURN_STATES), at: ms, signAt: ms });
export type Turn = z.infer<typeof turnSchema>;

/** A turn, and the calls that it waits for. */
export interface TurnAtWork {
  turn: Turn;
  openTools: OpenTools;
}

/** Calls that never wait for a permission of their own and may run for minutes. */
const DELEGATING_TOOLS = new Set(['Agent', 'Task', 'TaskOutput']);

/** What an event of the session itself means to its turn; `undefined` where it means nothing. */
export const turnEventOf = (event: SessionEvent): TurnEvent | undefined => {
  switch (event.type) {
    case 'PromptSubmitted':
      return 'USER_PROMPT';
    case 'AssistantReplied':
    case 'AssistantThought':
    case 'RequestRetried':
      return 'ASSISTANT_STREAMING';
    case 'ToolRequested':
      return 'ASSISTANT_TOOL_USE';
    case 'ToolFinished':
      return 'TOOL_RESULT';
    case 'TurnEnded':
      // The parent works on while its background agents do.
      return event.data.backgroundAgents > 0 ? 'ASSISTANT_STREAMING' : 'TURN_END';
    case 'TurnInterrupted':
    case 'TurnFailed':
      return 'TURN_END';
    default:
      return undefined;
  }
};

type TimeOut = { event: TurnEvent; at: number };

const waitsForResult = (openTools: OpenTools): boolean => {
  for (const { tool } of openTools.values()) if (!DELEGATING_TOOLS.has(tool)) return true;
  return false;
};

/** The next time-out of a turn, whenever that is. */
export const nextTimeOut = ({ turn, openTools }: TurnAtWork): TimeOut | undefined => {
  switch (turn.state) {
    case 'working':
      return waitsForResult(openTools)
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
export const advanceTurn = ({ turn: first, openTools }: TurnAtWork, now: number): { turn: Turn; timedOut: boolean } => {
  let turn = first;
  for (;;) {
    const due = nextTimeOut({ turn, openTools });
    if (!due || due.at > now) return { turn, timedOut: turn !== first };
    turn = { ...turn, state: nextTurn(turn.state, due.event), at: due.at };
  }
};

/** The turn after a sign at `at`: begins anew only where the state changes. */
export const stepTurn = (turn: Turn, event: TurnEvent, at: number): Turn => {
  const state = nextTurn(turn.state, event);
  return { state, at: state === turn.state ? turn.at : at, signAt: Math.max(turn.signAt, at) };
};
