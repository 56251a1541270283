import type { StatusChange, StoryEntry } from '@crewboard/contract';
import { anAskSpan, aStatusChange, aToolEntry, aWorkSpan, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { answerOf, FILTERS, isLong, type Row, timelineOf } from './timeline.ts';

const MINUTE = 60_000;
const at = (minutes: number): number => T0 + minutes * MINUTE;
const story: StoryEntry[] = [
  { kind: 'prompt', at: at(0), text: 'Fix the reader', by: 'human' },
  aToolEntry({ at: at(4), startedAt: at(1), allowedBy: 'person' }),
  { kind: 'commit', at: at(5), sha: '4f2a9c1' },
  { kind: 'reply', at: at(6), text: 'Done.' },
  { kind: 'turn', at: at(6), how: 'done', text: '' },
];
const history: StatusChange[] = [
  aStatusChange({ at: at(0) }),
  aStatusChange({ at: at(1), status: 'waiting_for_approval' }),
  aStatusChange({ at: at(3) }),
  aStatusChange({ at: at(6), status: 'waiting_for_input' }),
];
const spans = [anAskSpan({ since: at(1), at: at(3) }), aWorkSpan({ since: at(0), at: at(6) })];

const named = (row: Row): string => (row.kind === 'entry' ? row.entry.kind : row.kind);

test('is one list of all sources, the newest first, and tells an ask once', () => {
  const rows = timelineOf(story, spans, history, 'all');
  expect(rows.map(named)).toEqual(['turn', 'reply', 'status', 'commit', 'tool', 'ask', 'prompt', 'status']);
  expect(rows.map(({ at: time }) => time)).toEqual(rows.map((row) => row.at).toSorted((a, b) => b - a));
  expect(rows.find(({ kind }) => kind === 'ask')).toMatchObject({ answer: 'allowed' });
  expect(rows.find(({ kind }) => kind === 'turn')).toMatchObject({ work: { costUsd: 0.01 } });
});

test.each([
  ['talk', ['reply', 'prompt']],
  ['tools', ['commit', 'tool']],
  ['status', ['turn', 'status', 'ask', 'status', 'status', 'status']],
] as const)('shows %s alone', (filter, expected) => {
  expect(timelineOf(story, spans, history, filter).map(named)).toEqual(expected);
});

test('names each row once, and the same when more has come', () => {
  const twice = [...story, aToolEntry({ at: at(4), toolUseId: 'toolu_2' })];
  for (const filter of FILTERS) {
    const keys = timelineOf(twice, spans, history, filter).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const later: StoryEntry[] = [...twice, { kind: 'reply', at: at(9), text: 'More.' }];
    expect(timelineOf(later, spans, history, filter).map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
  }
});

test('is empty where nothing is known', () => {
  expect(timelineOf([], [], [], 'all')).toEqual([]);
});

test.each([
  ['allowed', 'permission', aToolEntry({ allowedBy: 'person' })],
  ['allowed', 'permission', aToolEntry({ outcome: 'error' })],
  ['byRule', 'permission', aToolEntry({ allowedBy: 'rule' })],
  ['refused', 'plan', aToolEntry({ outcome: 'rejected' })],
  ['denied', 'permission', aToolEntry({ outcome: 'denied' })],
  ['answered', 'question', aToolEntry()],
  ['went_on', 'permission', undefined],
] as const)('an ask is %s', (answer, ask, call) => {
  expect(answerOf(anAskSpan({ ask }), call)).toBe(answer);
});

test('folds what is long, or has many lines', () => {
  expect([isLong('short'), isLong('x'.repeat(401)), isLong('\n'.repeat(7))]).toEqual([false, true, true]);
});
