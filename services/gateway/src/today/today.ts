import type { Session, Span, Today } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Hub } from '../hub.ts';
import { type Day, dayOf } from './day.ts';
import { type DaySession, figuresOf } from './figures.ts';

/** An answer is given again for so long, in ms: many pages ask at once. */
const FRESH_MS = 3_000;
/** Zones of which the last answer is kept. */
const ZONES_MAX = 40;
/** Sessions whose spans are read at once. */
const READ_AT_ONCE = 16;

export interface TodayOptions {
  hub: Pick<Hub, 'board'>;
  log: Pick<EventLog, 'spans'>;
  now?: () => number;
}

/**
 * The figures of the day, made when they are asked for, of the spans that the fold told: each replica makes the same, a rebuild tells
 * them again, and what leaves the board leaves them. A session's spans are read again when its card has changed.
 */
export const createToday = ({ hub, log, now = Date.now }: TodayOptions) => {
  /** A session on the board is another object after each change. */
  const spansOf = new WeakMap<Session, Promise<readonly Span[]>>();
  const answers = new Map<string, { madeAt: number; today: Promise<Today> }>();

  const read = (session: Session, day: Day): Promise<readonly Span[]> => {
    const known = spansOf.get(session);
    if (known) return known;
    // A day's spans of any zone are not older.
    const reading = log
      .spans(session.sessionId)
      .then((spans) => spans.filter(({ at }) => at >= day.from - DAY_AND_MORE_MS));
    spansOf.set(session, reading);
    reading.catch(() => spansOf.delete(session));
    return reading;
  };

  const make = async (timeZone: string, at: number): Promise<Today> => {
    const day = dayOf(at, timeZone);
    const active = (hub.board?.sessions() ?? []).filter((session) => isOf(session, day));
    const sessions: DaySession[] = [];
    for (let from = 0; from < active.length; from += READ_AT_ONCE) {
      const some = active.slice(from, from + READ_AT_ONCE);
      sessions.push(
        ...(await Promise.all(some.map(async (session) => ({ session, spans: await read(session, day) })))),
      );
    }
    return { timeZone, ...figuresOf(sessions, day, at) };
  };

  /** Throws a RangeError where there is no such time zone. */
  return async (timeZone: string): Promise<Today> => {
    const at = now();
    const known = answers.get(timeZone);
    if (known && at - known.madeAt < FRESH_MS) return known.today;
    const today = make(timeZone, at);
    if (answers.size >= ZONES_MAX) answers.clear();
    answers.set(timeZone, { madeAt: at, today });
    today.catch(() => answers.delete(timeZone));
    return today;
  };
};

/** No two zones are further apart. */
const DAY_AND_MORE_MS = 28 * 3_600_000;

const isOf = ({ asks, since, lastActivityAt }: Session, { from }: Day): boolean =>
  asks.length > 0 || Math.max(since, lastActivityAt) >= from;
