import type { StatusChange } from '@crewboard/contract';

const HOUR = 3_600_000;
/** So many marks of hours stand below a strip at most. */
const TICKS_MAX = 8;

/** A stretch of one status. */
export interface Piece {
  since: number;
  until: number;
  change: StatusChange;
}

export interface DayStrip {
  from: number;
  to: number;
  /** The moment until which it is known, while the session goes on; null for one that is over. */
  now: number | null;
  pieces: readonly Piece[];
  /** Moments to be marked, whole hours by this browser's clocks. */
  ticks: readonly number[];
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
const hourOf = (at: number): number => new Date(at).setMinutes(0, 0, 0);

/**
 * The day on which the session last did something, by this browser's clocks: from the hour in which anything is known of it to its end,
 * or to `now`. `history` is the oldest first. Null where nothing is known.
 */
export const dayStripOf = (history: readonly StatusChange[], now: number): DayStrip | null => {
  const [oldest] = history;
  const newest = history.at(-1);
  if (!oldest || !newest) return null;
  const end = newest.ended ? newest.at : Math.max(now, newest.at);
  const day = startOfDay(newest.ended ? newest.at - 1 : end);
  const from = Math.max(day, hourOf(oldest.at));
  const to = Math.max(end, from + HOUR);
  const pieces = history.flatMap((change, index): Piece[] => {
    const since = Math.max(change.at, from);
    const until = Math.min(history[index + 1]?.at ?? end, to);
    return until > since ? [{ since, until, change }] : [];
  });
  return { from, to, now: newest.ended ? null : end, pieces: merged(pieces), ticks: ticksOf(from, to) };
};

/** What differs in its reason alone is one piece; the later reason holds. */
const merged = (pieces: readonly Piece[]): Piece[] => {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last && isAlike(last.change, piece.change)) all[all.length - 1] = { ...piece, since: last.since };
    else all.push(piece);
  }
  return all;
};

const isAlike = (a: StatusChange, b: StatusChange): boolean =>
  a.status === b.status && a.ended === b.ended && a.condition === b.condition;

const STEPS: readonly number[] = [1, 2, 3, 4, 6];

const ticksOf = (from: number, to: number): number[] => {
  const hours = Math.floor((to - from) / HOUR);
  const step = STEPS.find((hoursApart) => hours / hoursApart <= TICKS_MAX) ?? 6;
  const ticks: number[] = [];
  for (let at = from; at <= to; at += HOUR) if (new Date(at).getHours() % step === 0) ticks.push(at);
  return ticks;
};
