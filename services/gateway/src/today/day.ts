const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day by the clocks of one time zone: its first moment and the next day's, in ms since 1970. */
export interface Day {
  from: number;
  to: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();
/** There are some 600 names of zones; who asks for more of them makes them up. */
const CLOCKS_MAX = 1_000;

/** Throws a RangeError where there is no such time zone. */
const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (clocks.size < CLOCKS_MAX) clocks.set(timeZone, clock);
  return clock;
};

/** What clocks of the zone show is ahead of UTC by so much, in ms. */
const offsetAt = (at: number, timeZone: string): number => {
  const shown: Record<string, number> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(at)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
};

const startOfDay = (at: number, timeZone: string): number => {
  const midnight = Math.floor((at + offsetAt(at, timeZone)) / DAY) * DAY;
  const guess = midnight - offsetAt(at, timeZone);
  // Clocks may have been changed since midnight.
  return midnight - offsetAt(guess, timeZone);
};

/** The day that `at` is in. One on which clocks change has 23 hours, or 25. Throws a RangeError where there is no such zone. */
export const dayOf = (at: number, timeZone: string): Day => {
  const from = startOfDay(at, timeZone);
  return { from, to: startOfDay(from + 30 * HOUR, timeZone) };
};
