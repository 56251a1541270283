import type { Subagent } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { agentName, askOf } from './ask.ts';
import { anAgent, anAsk } from './testing.ts';

test('names the tool of a permission and shows its input as what would run', () => {
  expect(askOf(anAsk({ input: 'rm -rf dist' }), [])).toEqual({
    id: 'ask-1',
    kind: 'Permission',
    detail: 'Bash',
    text: 'rm -rf dist',
    isCode: true,
    whose: null,
    since: T0,
    tone: 'needs',
  });
});

test('shows a question as text and leaves out the tool that asks it', () => {
  const ask = anAsk({ kind: 'question', tool: 'AskUserQuestion', input: 'Which branch?' });
  expect(askOf(ask, [])).toMatchObject({ kind: 'Question', detail: null, isCode: false });
});

test('names the server that asks to fill in a form', () => {
  const ask = anAsk({ kind: 'elicitation', tool: 'tickets', input: 'Which project?' });
  expect(askOf(ask, [])).toMatchObject({ kind: 'Form', detail: 'tickets', isCode: false });
});

test('has no text where nothing is known of it', () => {
  const ask = anAsk({ kind: 'dialog', tool: null, input: null });
  expect(askOf(ask, [])).toMatchObject({ kind: 'Dialog', text: null });
});

test('says whose an ask is', () => {
  const agents: Subagent[] = [anAgent({ agentId: 'a1', type: 'Explore', description: 'Find the reader' })];
  expect(askOf(anAsk({ agentId: 'a1' }), agents).whose).toBe('Explore: Find the reader');
  expect(askOf(anAsk({ agentId: 'a2' }), agents).whose).toBe('a subagent');
  expect(agentName({ type: null, description: 'Find the reader' })).toBe('Find the reader');
});
