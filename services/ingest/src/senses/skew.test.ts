import { sessionEventSchema } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { createClockSkew, onBoardsClock } from './skew.ts';

const HOUR_MS = 3_600_000;

/** A machine whose clock is `offMs` ahead of the board's (which begins at `T0`), and can be set; time passes as told. */
const machine = (offMs: number) => {
  let [passedMs, ahead] = [0, offMs];
  const now = (): number => T0 + passedMs + ahead;
  const skew = createClockSkew(now, () => passedMs);
  const wait = (ms: number): void => {
    passedMs += ms;
  };
  return {
    skew,
    now,
    wait,
    board: () => T0 + passedMs,
    setClock: (to: number) => {
      ahead = to;
    },
    /** Asks the board, which answers in the middle of `tookMs`. */
    ask: (tookMs = 100) => {
      const sentAt = now();
      wait(tookMs / 2);
      const boardNow = T0 + passedMs;
      wait(tookMs / 2);
      skew.measure(sentAt, boardNow, now());
    },
  };
};

describe('the skew of a clock', () => {
  it('is unknown before the first answer, and then the board’s clock minus the middle of the request', () => {
    const { skew, ask } = machine(-5_000);
    expect(skew.ms).toBeNull();
    ask();
    expect(skew.ms).toBe(5_000);
  });

  it('is not taken from an answer that took long, unless the clock is off by far more', () => {
    const near = machine(-1_500);
    near.ask(3_000);
    expect(near.skew.ms).toBeNull();
    const far = machine(HOUR_MS);
    far.ask(3_000);
    expect(far.skew.ms).toBe(-HOUR_MS);
  });

  it('is not moved by a single slow answer', () => {
    const skew = createClockSkew();
    for (const offMs of [10, 12, 900, 11, 9]) skew.measure(0, offMs, 0);
    expect(skew.ms).toBe(11);
  });
});

describe('times on the board’s clock', () => {
  it.each([HOUR_MS, -HOUR_MS])('are right with a clock that is off by %i ms', (offMs) => {
    const { skew, ask, now, board } = machine(offMs);
    ask();
    expect(skew.toBoard(now())).toBe(board());
    expect(skew.toBoard(now() - 24 * HOUR_MS)).toBe(board() - 24 * HOUR_MS);
  });

  it('stay as they are while the clock is off by less than a second', () => {
    const { skew, ask, now } = machine(900);
    ask();
    expect(skew.toBoard(now())).toBe(now());
  });

  it('keep their order while measurements wobble', () => {
    const { skew, now, wait } = machine(0);
    const told: number[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const wobbleMs = 1_000 + ((turn * 7919) % 800) - 400;
      skew.measure(now(), now() + wobbleMs, now());
      told.push(skew.toBoard(now()));
      wait(10);
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it.each([HOUR_MS, -HOUR_MS])(
    'are right on both sides of the moment when a clock that was off by %i ms is set',
    (offMs) => {
      const { skew, ask, now, wait, board, setClock } = machine(offMs);
      ask();
      wait(60_000);
      skew.look();
      const before = { here: now(), there: board() };
      wait(500);
      setClock(0);
      wait(500);
      skew.look();
      expect(skew.timesSet).toBe(1);
      expect(skew.ms).toBeNull();
      ask();
      wait(1_000);
      skew.look();
      expect(skew.toBoard(before.here)).toBe(before.there);
      expect(skew.toBoard(now())).toBe(board());
      expect(skew.ms).toBe(0);
    },
  );

  it('are right after the machine slept, which is no skew', () => {
    const { skew, ask, now, wait, board, setClock } = machine(0);
    ask();
    skew.look();
    const before = now();
    // A clock that stands still during sleep sees the other one jump; so does the board's.
    setClock(8 * HOUR_MS);
    skew.look();
    skew.measure(now(), board() + 8 * HOUR_MS, now());
    wait(1_000);
    expect(skew.toBoard(before)).toBe(before);
    expect(skew.toBoard(now())).toBe(now());
  });

  it('a request during which the clock was set says nothing', () => {
    const { skew, wait, now, setClock, board } = machine(HOUR_MS);
    const sentAt = now();
    setClock(0);
    wait(100);
    skew.measure(sentAt, board(), now());
    expect(skew.ms).toBeNull();
  });
});

describe('an event on the board’s clock', () => {
  const skew = { toBoard: (at: number) => at + HOUR_MS };

  it('has its own time shifted, and the times in it by as much', () => {
    const retried = anEvent('RequestRetried', { occurredAt: T0, data: { retryAt: T0 + 2_000 } });
    expect(onBoardsClock(retried, skew)).toEqual({
      ...retried,
      occurredAt: T0 + HOUR_MS,
      data: { ...retried.data, retryAt: T0 + HOUR_MS + 2_000 },
    });
    const ended = anEvent('TurnEnded', { data: { durationMs: 7_000 } });
    expect(onBoardsClock(ended, skew)).toEqual({ ...ended, occurredAt: ended.occurredAt + HOUR_MS });
  });

  it('is the same event where nothing is off', () => {
    const event = anEvent('TurnEnded');
    expect(onBoardsClock(event, { toBoard: (at) => at })).toBe(event);
  });

  it('knows every time that an event carries', () => {
    const times = sessionEventSchema.options.flatMap(({ shape }) =>
      Object.keys(shape.data.shape)
        .filter((name) => /(At|Since|Until)$/.test(name))
        .map((name) => `${shape.type.value}.${name}`),
    );
    // The board itself tells that a machine is lost.
    expect(times).toEqual(['RequestRetried.retryAt', 'MachineLost.silentSince']);
  });
});
