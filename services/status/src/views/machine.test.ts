import { describe, expect, it } from 'vitest';
import { initialTurn, nextTurn, type TurnEvent, type TurnState } from './machine.ts';

const table: Record<TurnState, Record<TurnEvent, TurnState>> = {
  idle: {
    USER_PROMPT: 'working',
    ASSISTANT_STREAMING: 'working',
    ASSISTANT_TOOL_USE: 'working',
    TOOL_RESULT: 'working',
    TURN_END: 'idle',
    APPROVAL_TIMEOUT: 'idle',
    STALE_TIMEOUT: 'idle',
    IDLE_TIMEOUT: 'idle',
  },
  working: {
    USER_PROMPT: 'working',
    ASSISTANT_STREAMING: 'working',
    ASSISTANT_TOOL_USE: 'working',
    TOOL_RESULT: 'working',
    TURN_END: 'waiting_for_input',
    APPROVAL_TIMEOUT: 'waiting_for_approval',
    STALE_TIMEOUT: 'waiting_for_input',
    IDLE_TIMEOUT: 'working',
  },
  waiting_for_approval: {
    USER_PROMPT: 'working',
    ASSISTANT_STREAMING: 'working',
    ASSISTANT_TOOL_USE: 'working',
    TOOL_RESULT: 'working',
    TURN_END: 'waiting_for_input',
    APPROVAL_TIMEOUT: 'waiting_for_approval',
    STALE_TIMEOUT: 'waiting_for_approval',
    IDLE_TIMEOUT: 'idle',
  },
  waiting_for_input: {
    USER_PROMPT: 'working',
    ASSISTANT_STREAMING: 'working',
    ASSISTANT_TOOL_USE: 'working',
    TOOL_RESULT: 'working',
    TURN_END: 'waiting_for_input',
    APPROVAL_TIMEOUT: 'waiting_for_input',
    STALE_TIMEOUT: 'waiting_for_input',
    IDLE_TIMEOUT: 'idle',
  },
};

describe('turn machine', () => {
  it('begins idle', () => expect(initialTurn).toBe('idle'));

  for (const [state, row] of Object.entries(table) as [TurnState, Record<TurnEvent, TurnState>][]) {
    for (const [event, next] of Object.entries(row) as [TurnEvent, TurnState][]) {
      it(`goes from ${state} to ${next} at ${event}`, () => expect(nextTurn(state, event)).toBe(next));
    }
  }
});
