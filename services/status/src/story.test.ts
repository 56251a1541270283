import { STORY_TEXT_MAX } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { expect, it } from 'vitest';
import { evolve } from './evolve.ts';
import { storyOf } from './story.ts';

it('tells prompts, replies and how turns end, in the transcript’s words', () => {
  expect(storyOf(undefined, anEvent('PromptSubmitted'))).toEqual({
    kind: 'prompt',
    at: T0,
    text: 'Fix the tail reader',
    by: 'human',
  });
  expect(storyOf(undefined, anEvent('AssistantReplied'))).toMatchObject({ kind: 'reply' });
  expect(storyOf(undefined, anEvent('TurnFailed'))).toMatchObject({ kind: 'turn', how: 'failed', text: 'overloaded' });
  expect(storyOf(undefined, anEvent('CommitMade'))).toMatchObject({ kind: 'commit', sha: '4f2a9c1' });
});

it('tells a call when it has its result, with how long it took', () => {
  const asked = evolve(undefined, anEvent('ToolRequested', { occurredAt: T0 }));
  expect(storyOf(asked, anEvent('ToolFinished', { occurredAt: T0 + 5_000 }))).toEqual({
    kind: 'tool',
    at: T0 + 5_000,
    startedAt: T0,
    toolUseId: 'toolu_1',
    tool: 'Bash',
    input: 'npm test',
    outcome: 'done',
    allowedBy: null,
  });
  const finished = anEvent('ToolFinished', { data: { allowedBy: 'person' } });
  expect(storyOf(asked, finished)).toMatchObject({ allowedBy: 'person' });
});

it('tells nothing twice: hooks and subagents have their own places', () => {
  expect(storyOf(undefined, anEvent('PromptSubmitted', { source: 'hook' }))).toBeUndefined();
  expect(storyOf(undefined, anEvent('AssistantReplied', { agentId: 'a1' }))).toBeUndefined();
  expect(storyOf(undefined, anEvent('AssistantReplied', { data: { text: '' } }))).toBeUndefined();
});

it('cuts long texts between characters', () => {
  const text = `${'x'.repeat(STORY_TEXT_MAX - 1)}🎉`;
  const entry = storyOf(undefined, anEvent('PromptSubmitted', { data: { text } }));
  expect(entry).toMatchObject({ text: 'x'.repeat(STORY_TEXT_MAX - 1) });
});
