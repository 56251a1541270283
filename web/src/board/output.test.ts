import type { StoryEntry } from '@crewboard/contract';
import { aSession, aToolEntry, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { latestOutput, storyRevision } from './output.ts';

const tool = (overrides: Parameters<typeof aToolEntry>[0] = {}): StoryEntry =>
  aToolEntry({ at: T0, startedAt: T0 - 12_000, tool: 'Bash', input: 'npm test', outcome: 'done', ...overrides });
const inWords = (...story: StoryEntry[]) =>
  latestOutput(story).map(({ who, name, text, took }) => [who, name, text, took].filter(Boolean).join(' | '));

test('tells the latest lines as a person reads them, the oldest first', () => {
  expect(
    inWords(
      { kind: 'prompt', at: T0, text: 'Fix the reader', by: 'human' },
      tool(),
      tool({ tool: 'Edit', input: 'src/tail.ts', startedAt: T0 - 200 }),
      tool({ outcome: 'error' }),
      { kind: 'reply', at: T0, text: 'One test fails.' },
      { kind: 'commit', at: T0, sha: '0123456789abcdef' },
      { kind: 'turn', at: T0, how: 'done', text: '' },
      { kind: 'turn', at: T0, how: 'failed', text: '529 overloaded' },
    ),
  ).toEqual([
    'tool | Bash | npm test | 12s',
    'tool | Edit | src/tail.ts',
    'tool | Bash failed | npm test | 12s',
    'session | One test fails.',
    'note | Commit | 01234567',
    'note | The request failed | 529 overloaded',
  ]);
});

test('says what can be said where the texts stay on their machine', () => {
  expect(
    inWords(
      { kind: 'prompt', at: T0, text: '', by: 'human' },
      tool({ input: '', startedAt: null }),
      tool({ tool: '', input: '', startedAt: null }),
      { kind: 'reply', at: T0, text: '' },
    ),
  ).toEqual(['note | A prompt', 'tool | Bash', 'tool | A tool']);
});

test('is asked for again when the session did something', () => {
  const session = aSession();
  expect(storyRevision({ ...session, lastActivityAt: T0 + 1 })).not.toBe(storyRevision(session));
  expect(storyRevision({ ...session, title: 'Another' })).toBe(storyRevision(session));
});
