import { aPullRequest, aSession } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { anAsk, asking } from '../board/testing.ts';
import type { Command } from '../keys/command.ts';
import { commandEntries, found, type Group, offered, sessionEntry } from './entries.ts';

const command = (id: string, words: string, told: Partial<Command> = {}): Command => ({
  id,
  section: 'view',
  words: () => words,
  run: () => {},
  ...told,
});
const sessions = [
  aSession({ sessionId: 'tail', title: 'Fix the tail reader', owner: 'Tove Nyström' }),
  aSession({ sessionId: 'docs', title: 'Docs of the tail reader', ...asking(anAsk({ input: 'npm publish' })) }),
  aSession({
    sessionId: 'hub',
    title: 'Split the gateway',
    goal: null,
    pullRequest: aPullRequest({ number: 418, title: null }),
  }),
].map((session) => sessionEntry(session, () => {}));
const entries = [
  ...commandEntries([
    command('dark', 'Colours: Dark'),
    command('person', 'Group by: Person'),
    command('lena', 'Only Person: Lena', { section: 'filter' }),
  ]),
  ...sessions,
];
const idsIn = (groups: readonly Group[]) => groups.map((group) => [group.title, ...group.entries.map(({ id }) => id)]);

test('offers what is possible now, each once, the latest that was told', () => {
  const told = [
    command('a', 'new'),
    command('a', 'old'),
    command('b', 'not now', { isPossible: () => false }),
    command('c', 'only by its key', { isInPalette: false }),
  ];
  expect(commandEntries(told).map(({ label }) => label)).toEqual(['new']);
});

test('begins with what was used lately and who needs a person', () => {
  const own = commandEntries([command('claim', 'Claim it', { section: 'session' })]);
  expect(idsIn(offered([...own, ...entries], ['gone', 'person', 'session:hub'], 'Fix the tail'))).toEqual([
    ['Fix the tail', 'claim'],
    ['Lately', 'person', 'session:hub'],
    ['Needs a person', 'session:docs'],
    ['View', 'dark'],
  ]);
});

test('finds sessions by all that is known of them, who needs a person first', () => {
  expect(idsIn(found(entries, 'tail reader'))).toEqual([['Sessions', 'session:docs', 'session:tail']]);
  expect(idsIn(found(entries, 'nystrom'))).toEqual([['Sessions', 'session:tail']]);
  expect(idsIn(found(entries, '#418'))).toEqual([['Sessions', 'session:hub']]);
  expect(idsIn(found(entries, 'publish'))).toEqual([['Sessions', 'session:docs']]);
});

test('forgives a slip and any order of the words', () => {
  expect(idsIn(found(entries, 'colurs'))).toEqual([['View', 'dark']]);
  expect(idsIn(found(entries, 'person group'))[0]).toEqual(['View', 'person']);
  expect(idsIn(found(entries, 'only lena'))).toEqual([['Filter', 'lena']]);
  expect(found(entries, 'zebra')).toEqual([]);
  expect(found(entries, '#')).toEqual([]);
});
