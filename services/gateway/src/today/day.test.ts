import { expect, test } from 'vitest';
import { dayOf } from './day.ts';

const HOUR = 3_600_000;
const utc = (text: string) => Date.parse(`${text}Z`);

test.each([
  ['UTC', '2026-11-27T17:30', '2026-11-27T00:00', 24],
  ['Europe/Berlin', '2026-11-27T23:30', '2026-11-27T23:00', 24],
  ['Europe/Berlin', '2026-11-27T22:59', '2026-11-26T23:00', 24],
  ['America/Los_Angeles', '2026-07-01T05:00', '2026-06-30T07:00', 24],
  ['Asia/Kolkata', '2026-07-01T18:29', '2026-06-30T18:30', 24],
  // Clocks change in the night before, and behind it.
  ['Europe/Berlin', '2026-03-29T12:00', '2026-03-28T23:00', 23],
  ['Europe/Berlin', '2026-10-25T12:00', '2026-10-24T22:00', 25],
  ['Europe/Berlin', '2026-10-24T22:30', '2026-10-24T22:00', 25],
  ['Pacific/Kiritimati', '2026-01-01T10:00', '2026-01-01T10:00', 24],
])('a day of %s at %s begins at %s and has %s hours', (zone, at, from, hours) => {
  const day = dayOf(utc(at), zone);
  expect(new Date(day.from).toISOString().slice(0, 16)).toBe(from);
  expect((day.to - day.from) / HOUR).toBe(hours);
});

test('there is no day where there is no such zone', () => {
  expect(() => dayOf(0, 'Mars/Olympus')).toThrow(RangeError);
});
