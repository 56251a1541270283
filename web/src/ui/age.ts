const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its biggest whole unit: 48s, 9m, 3h, 2d. A negative one (clocks differ between machines) is 0s. */
export const formatAge = (spanMs: number): string => {
  const span = Math.max(0, spanMs);
  if (span < MINUTE) return `${Math.floor(span / SECOND)}s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)}m`;
  if (span < DAY) return `${Math.floor(span / HOUR)}h`;
  return `${Math.floor(span / DAY)}d`;
};

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** A moment as a wall clock shows it here: 14:03. */
export const formatTimeOfDay = (at: number): string => time.format(at);

const timeWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** A moment for whoever compares moments: 14:03:12, with the day before it where that is not the day of `now`. */
export const formatMoment = (at: number, now: number): string => {
  const clock = timeWithSeconds.format(at);
  return new Date(at).toDateString() === new Date(now).toDateString() ? clock : `${day.format(at)}, ${clock}`;
};
