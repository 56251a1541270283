import { initialTransition, setup, transition } from 'xstate';

/** What a transcript alone lets one believe of a session's turn. */
export const TURN_STATES = ['idle', 'working', 'waiting_for_approval', 'waiting_for_input'] as const;
export type TurnState = (typeof TURN_STATES)[number];

const TURN_EVENTS = [
  'USER_PROMPT',
  'ASSISTANT_STREAMING',
  'ASSISTANT_TOOL_USE',
  'TOOL_RESULT',
  'TURN_END',
  'APPROVAL_TIMEOUT',
  'STALE_TIMEOUT',
  'IDLE_TIMEOUT',
] as const;
export type TurnEvent = (typeof TURN_EVENTS)[number];

/** A tool call without a result for so long is believed to wait for a person. */
export const APPROVAL_TIMEOUT_MS = 5_000;
/** A turn without any sign for so long is believed to be over. */
export const STALE_TIMEOUT_MS = 60_000;
/** A session without activity for so long rests. */
export const IDLE_TIMEOUT_MS = 300_000;

/**
 * The turn as a state machine. It has no context, no timers and no effects: the time-outs are events that the fold
 * sends when they are due (`after` would never fire in a pure transition).
 */
const turnMachine = setup({
  types: { events: {} as { type: TurnEvent } },
}).createMachine({
  id: 'turn',
  initial: 'idle',
  on: {
    USER_PROMPT: '.working',
    ASSISTANT_STREAMING: '.working',
    ASSISTANT_TOOL_USE: '.working',
    TOOL_RESULT: '.working',
  },
  states: {
    idle: {},
    working: {
      on: {
        TURN_END: 'waiting_for_input',
        APPROVAL_TIMEOUT: 'waiting_for_approval',
        STALE_TIMEOUT: 'waiting_for_input',
      },
    },
    waiting_for_approval: { on: { TURN_END: 'waiting_for_input', IDLE_TIMEOUT: 'idle' } },
    waiting_for_input: { on: { IDLE_TIMEOUT: 'idle' } },
  },
});

export const initialTurn: TurnState = initialTransition(turnMachine)[0].value;

const tableRow = (state: TurnState): Record<TurnEvent, TurnState> => {
  const snapshot = turnMachine.resolveState({ value: state });
  const next = (type: TurnEvent): TurnState => transition(turnMachine, snapshot, { type })[0].value;
  return Object.fromEntries(TURN_EVENTS.map((type) => [type, next(type)])) as Record<TurnEvent, TurnState>;
};

/** Every answer of the machine, asked once: `transition` builds a snapshot each time, and the table is the same by making. */
const table = Object.fromEntries(TURN_STATES.map((state) => [state, tableRow(state)])) as Record<
  TurnState,
  Record<TurnEvent, TurnState>
>;

/** The turn after an event; an event that the state has no answer for changes nothing. */
export const nextTurn = (state: TurnState, event: TurnEvent): TurnState => table[state][event];
