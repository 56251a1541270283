import { aSession, aStatusChange, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { asksInWords, historyRevision, stateInWords, statusInWords } from './evidence.ts';
import { anAsk, asking } from './testing.ts';

test('tells the status and its evidence in sentences', () => {
  const evidence = { source: 'timeout', says: 'No sign for 60 s.', at: 0, inferred: true } as const;
  expect(statusInWords(aSession({ status: 'waiting_for_input', evidence }))).toBe(
    'Waiting. No sign for 60 s (inferred).',
  );
  expect(statusInWords(aSession({ status: 'idle', ended: true }))).toBe('Ended. The client says busy.');
});

test('says in the same breath that its sources differ', () => {
  const sides = [
    { source: 'presence', says: 'busy', at: T0 },
    { source: 'hook', says: 'over', at: T0 },
  ] as const;
  const session = aSession({ disagreement: { since: T0, sources: [...sides] } });
  expect(statusInWords(session)).toBe('Working. The client says busy. Its sources differ.');
});

test('names a state by its status and what there is more to it', () => {
  expect(stateInWords({ status: 'waiting_for_input', ended: false, condition: 'interrupted' })).toBe(
    'Waiting · Interrupted',
  );
  expect(stateInWords({ status: 'idle', ended: true, condition: null })).toBe('Ended');
  expect(stateInWords({ status: 'idle', ended: false, condition: 'offline' })).toBe('Offline');
});

test.each([
  [[], ''],
  [[anAsk()], 'Permission Bash'],
  [[anAsk({ kind: 'plan', tool: 'ExitPlanMode' })], 'Plan'],
  [[anAsk(), anAsk(), anAsk({ kind: 'question', tool: null })], '3 asks: Bash ×2, Question'],
])('says what was asked (%#)', (asks, said) => {
  expect(asksInWords(asks)).toBe(said);
});

test('knows a change of status from one of what a session does', () => {
  const session = aSession(asking(anAsk()));
  const before = historyRevision(session);
  expect(historyRevision({ ...session, now: 'else', lastActivityAt: T0 + 1 })).toBe(before);
  expect(historyRevision({ ...session, ...asking(anAsk(), anAsk({ id: 'ask-2' })) })).not.toBe(before);
  expect(historyRevision({ ...session, status: 'working' })).not.toBe(before);
  expect(historyRevision({ ...session, evidence: aStatusChange().evidence })).toBe(before);
});
