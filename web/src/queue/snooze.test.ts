import { aSession, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { anAsk, asking } from '../board/testing.ts';
import { isSnoozed, nextEnd, snoozeFor, standing } from './snooze.ts';

const MINUTE = 60_000;
const session = aSession({ sessionId: 's', ...asking(anAsk()) });
const more = aSession({ sessionId: 's', ...asking(anAsk(), anAsk({ id: 'ask-2' })) });
const other = aSession({ sessionId: 's', ...asking(anAsk({ id: 'ask-3' })) });

test('a snooze is over when its time is, to the millisecond', () => {
  const snoozes = { s: snoozeFor(session, 'quarter', T0) };
  expect(isSnoozed(session, snoozes, T0 + 15 * MINUTE - 1)).toBe(true);
  expect(isSnoozed(session, snoozes, T0 + 15 * MINUTE)).toBe(false);
  expect(isSnoozed(session, { s: snoozeFor(session, 'hour', T0) }, T0 + 15 * MINUTE)).toBe(true);
});

test('a snooze is over as soon as the session needs something else, or more', () => {
  for (const length of ['quarter', 'change'] as const) {
    const snoozes = { s: snoozeFor(session, length, T0) };
    expect(isSnoozed(session, snoozes, T0)).toBe(true);
    expect([more, other].map((changed) => isSnoozed(changed, snoozes, T0))).toEqual([false, false]);
  }
  expect(isSnoozed(session, { s: snoozeFor(session, 'change', T0) }, T0 + 1_000 * MINUTE)).toBe(true);
  expect(isSnoozed(session, {}, T0)).toBe(false);
});

test('what is over is forgotten, and the next end is known', () => {
  const snoozes = { s: snoozeFor(session, 'quarter', T0), gone: snoozeFor(session, 'change', T0) };
  const sessionOf = (id: string) => (id === 's' ? session : undefined);
  expect(Object.keys(standing(snoozes, sessionOf, T0))).toEqual(['s']);
  expect(standing(snoozes, sessionOf, T0 + 15 * MINUTE)).toEqual({});
  expect(nextEnd(snoozes, T0)).toBe(T0 + 15 * MINUTE);
  expect(nextEnd(snoozes, T0 + 15 * MINUTE)).toBe(Number.POSITIVE_INFINITY);
});
