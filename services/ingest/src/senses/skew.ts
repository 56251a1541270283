import type { SessionEvent } from '@crewboard/contract';

/** How far this machine's clock is from the board's, and what that makes of its times. */
export interface ClockSkew {
  /** All in ms since 1970: `sentAt` and `answeredAt` by this machine's clock, `boardNow` by the board's. */
  measure(sentAt: number, boardNow: number, answeredAt: number): void;
  /** The board's clock minus this machine's, in whole ms: the median of the last measurements. Null before the first. */
  readonly ms: number | null;
  /** Notices where the clock was set (or the machine slept): what was measured before says nothing of the times that come. */
  look(): void;
  /** How often it was. */
  readonly timesSet: number;
  /** A time of this machine, as the board's clock would have told it. The same time gives another only where the clock was set. */
  toBoard(at: number): number;
}

const KEPT = 5;
/** An answer that took longer says too little: it is off by up to half of that. */
const LONGEST_MS = 2_000;
/**
 * Less is no skew: networks take as long. What is taken out changes only when it is off by so much again, so that the wobble of
 * measurements never changes the order of times.
 */
const NOTICED_MS = 1_000;
const MOST_ERAS = 8;

/** From one setting of the clock to the next: times by it, and what they were off by. */
interface Era {
  from: number;
  to: number;
  takenOutMs: number;
}

/** `monotonic` is a clock that nobody sets, in ms since whenever. */
export const createClockSkew = (
  now: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): ClockSkew => {
  const last: number[] = [];
  const past: Era[] = [];
  let takenOutMs = 0;
  let timesSet = 0;
  let from = Number.NEGATIVE_INFINITY;
  let seen = { wall: now(), monotonic: monotonic() };

  const median = (): number | null => {
    const middle = [...last].sort((a, b) => a - b)[Math.floor(last.length / 2)];
    return middle === undefined ? null : Math.round(middle);
  };

  const look = (): void => {
    const wall = now();
    const elapsedMs = monotonic() - seen.monotonic;
    const steppedMs = wall - seen.wall - elapsedMs;
    if (Math.abs(steppedMs) >= NOTICED_MS) {
      past.push({ from, to: seen.wall + elapsedMs, takenOutMs });
      if (past.length > MOST_ERAS) past.shift();
      // It was set at some time since the last look: no time by the new clock is earlier.
      from = wall - elapsedMs;
      last.length = 0;
      timesSet++;
    }
    seen = { wall, monotonic: seen.monotonic + elapsedMs };
  };

  return {
    look,
    measure(sentAt, boardNow, answeredAt) {
      look();
      const tookMs = answeredAt - sentAt;
      const offMs = boardNow - (sentAt + answeredAt) / 2;
      // The clock was set meanwhile, or the answer took too long for how little it is off.
      if (tookMs < 0 || sentAt < from || (tookMs > LONGEST_MS && Math.abs(offMs) < 2 * tookMs)) return;
      last.push(offMs);
      if (last.length > KEPT) last.shift();
      const ms = median() ?? 0;
      if (Math.abs(ms - takenOutMs) >= NOTICED_MS) takenOutMs = Math.abs(ms) >= NOTICED_MS ? ms : 0;
    },
    get ms() {
      return median();
    },
    get timesSet() {
      return timesSet;
    },
    toBoard(at) {
      const isOfNow = at >= from && at <= seen.wall + NOTICED_MS;
      const era = isOfNow ? undefined : past.findLast((era) => at >= era.from && at <= era.to);
      return Math.max(0, Math.round(at + (era?.takenOutMs ?? takenOutMs)));
    },
  };
};

/** An event with its times by the board's clock. What is a duration stays. */
export const onBoardsClock = (event: SessionEvent, { toBoard }: Pick<ClockSkew, 'toBoard'>): SessionEvent => {
  const occurredAt = toBoard(event.occurredAt);
  if (event.type !== 'RequestRetried') return occurredAt === event.occurredAt ? event : { ...event, occurredAt };
  // When the next attempt comes: as far ahead as it was, whatever became of the clock since.
  const retryAt = Math.max(0, event.data.retryAt + occurredAt - event.occurredAt);
  return { ...event, occurredAt, data: { ...event.data, retryAt } };
};
