import { aSession } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { type Grouping, toLanes } from './grouping.ts';
import { laneFigures, laneName } from './lane-wording.ts';

const sessions = [
  aSession({ sessionId: 'a', owner: 'Lena', machine: 'lb-mbp', repo: 'acme/widgets' }),
  aSession({ sessionId: 'b', owner: 'Lena', machine: 'devbox', repo: 'acme/ledger' }),
  aSession({ sessionId: 'c', owner: null, machine: 'devbox', repo: 'acme/ledger' }),
];
const words = (by: Grouping): string[] =>
  toLanes(sessions, by).map((lane) => `${laneName(lane)}: ${laneFigures(lane)}`);

test('a lane tells what its name does not say', () => {
  expect(words('repository')).toEqual(['acme/ledger: 2 sessions · 1 person', 'acme/widgets: 1 session · 1 person']);
  expect(words('person')).toEqual([
    'No name known: 1 session · 1 repository',
    'Lena: 2 sessions · 2 repositories · 2 machines',
  ]);
  expect(words('machine')).toEqual([
    'devbox: 2 sessions · Lena · 1 repository',
    'lb-mbp: 1 session · Lena · 1 repository',
  ]);
  expect(words('none')).toEqual(['All sessions: 3 sessions · 1 person · 2 repositories']);
});
