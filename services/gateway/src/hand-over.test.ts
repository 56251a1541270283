import type { Session, StoryEntry } from '@crewboard/contract';
import { aBrief, aPullRequest, aSession, aToolEntry, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { handOverNote } from './hand-over.ts';

const session = (overrides: Partial<Session> = {}): Session =>
  aSession({ sessionId: 's-1', title: 'Tail reader', machine: 'laptop', owner: 'Lena', cwd: '/w', ...overrides });
const tool = (name: string, input: string, outcome: 'done' | 'error' = 'done'): StoryEntry =>
  aToolEntry({ tool: name, input, outcome });

test('tells what was done, what is open, which files, and where to go on', () => {
  const story: StoryEntry[] = [
    { kind: 'prompt', at: T0, text: 'Fix the\nreader', by: 'human' },
    tool('Edit', 'src/a.ts'),
    tool('Read', 'src/read.ts'),
    tool('Write', 'src/b.ts'),
    tool('Edit', 'src/a.ts'),
    tool('Edit', 'src/failed.ts', 'error'),
    { kind: 'reply', at: T0, text: 'The reader keeps the last line.' },
    { kind: 'turn', at: T0, how: 'done', text: '' },
    { kind: 'prompt', at: T0, text: 'noise', by: 'client' },
    { kind: 'prompt', at: T0, text: 'Now the tests', by: 'human' },
    { kind: 'turn', at: T0, how: 'failed', text: 'overloaded' },
  ];
  const ask = { id: 'a', kind: 'permission', tool: 'Bash', input: 'git push', since: T0, agentId: null } as const;
  const note = handOverNote(
    session({
      status: 'waiting_for_approval',
      asks: [ask],
      attention: ask,
      brief: aBrief({ goal: 'Keep the last line', needed: 'May it push?', askId: 'a' }),
      branch: 'tail',
      tasks: [
        { id: '1', subject: 'Reader', status: 'completed' },
        { id: '2', subject: 'Tests', status: 'in_progress' },
      ],
      commits: ['4f2a9c1'],
      pullRequest: aPullRequest({ checks: [{ name: 'lint', state: 'failed', url: null }] }),
    }),
    story,
  );
  expect(note).toBe(
    [
      'Hand-over: Tail reader',
      'Goal: Keep the last line',
      '',
      'What was done',
      '- Fix the reader → The reader keeps the last line.',
      '- Now the tests (failed)',
      '- Task done: Reader',
      '',
      'What is open',
      '- Waits for a person: permission, Bash, git push',
      '- Needed: May it push?',
      '- Task begun: Tests',
      '- The last turn failed: overloaded',
      '- Pull request https://github.com/acme/widgets/pull/42 is open',
      '- Checks that failed: lint',
      '',
      'Files',
      '- src/b.ts',
      '- src/a.ts',
      '',
      'Commits',
      '- 4f2a9c1',
      '',
      'Where to go on',
      '- acme/widgets, branch tail',
      '- Lena’s machine laptop, folder /w',
      '- Open there; claude --resume s-1 goes on with it',
    ].join('\n'),
  );
});

test('stays short, whatever a session did', () => {
  const story = Array.from({ length: 200 }, (_, n): StoryEntry[] => [
    { kind: 'prompt', at: T0, text: `${n} ${'word '.repeat(190)}`, by: 'human' },
    tool('Edit', `src/${n}.ts`),
  ]).flat();
  const note = handOverNote(session(), story);
  expect(note).toContain('- (188 before)');
  expect(note.length).toBeLessThan(10_000);
});
