import { d, t } from '../words/index.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its biggest whole unit: 48s, 9m, 3h, 2d. A negative one (clocks differ between machines) is 0s. */
export const formatAge = (spanMs: number): string => {
  const span = Math.max(0, spanMs);
  if (span < MINUTE) return t('common.age.seconds', { n: Math.floor(span / SECOND) });
  if (span < HOUR) return t('common.age.minutes', { n: Math.floor(span / MINUTE) });
  if (span < DAY) return t('common.age.hours', { n: Math.floor(span / HOUR) });
  return t('common.age.days', { n: Math.floor(span / DAY) });
};

/** The same in its two biggest units: 48s, 2m 10s, 1h 4m, 2d 3h. For spans that are over and do not tick. */
export const formatSpan = (spanMs: number): string => {
  const unit = [DAY, HOUR, MINUTE].find((candidate) => spanMs >= candidate);
  if (unit === undefined) return formatAge(spanMs);
  const next = unit === DAY ? HOUR : unit === HOUR ? MINUTE : SECOND;
  const rest = spanMs % unit;
  return rest < next ? formatAge(spanMs) : `${formatAge(spanMs)} ${formatAge(rest)}`;
};

/** A moment as a wall clock shows it here: 14:03. */
export const formatTimeOfDay = (at: number): string => d(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** A moment for whoever compares moments: 14:03:12, with the day before it where that is not the day of `now`. */
export const formatMoment = (at: number, now: number): string => {
  const clock = d(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? clock : `${d(at, { day: 'numeric', month: 'short' })}, ${clock}`;
};
