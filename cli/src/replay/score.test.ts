import { describe, expect, it } from 'vitest';
import type { CaptureEntry } from './capture.ts';
import { type Said, score } from './score.ts';

const START = Date.UTC(2026, 0, 5, 9);

const presence = (t: number, status: string | null, sessionId = 's', saidAt = t): CaptureEntry => ({
  t,
  source: 'presence',
  file: 'sessions/7.json',
  content: status === null ? null : { pid: 7, sessionId, status, statusUpdatedAt: START + saidAt * 1_000 },
});

const said = (t: number, status: string, ended = false): Said => ({ t, sessionId: 's', status, ended, why: 'so' });
const point = (t: number, status: string) => ({ t, sessionId: 's', status });

const delays = (truth: ReturnType<typeof point>[], board: Said[], entries: CaptureEntry[]) =>
  score(truth, board, entries, START).map(({ delay }) => (delay === null ? null : Number(delay.toFixed(3))));

describe('the score of a board', () => {
  it('holds what it said last against what the screen showed', () => {
    const verdicts = score(
      [point(1, 'working'), point(2, 'waiting_for_input'), point(3, 'ended'), point(4, 'ended')],
      [said(0.5, 'working'), said(2.5, 'idle', true), said(3.5, 'working')],
      [],
      START,
    );
    expect(verdicts.map(({ isRight }) => isRight)).toEqual([true, false, true, false]);
  });

  it('knows a session that the board never told of', () => {
    expect(score([point(1, 'working')], [], [], START)).toMatchObject([{ said: undefined, isRight: false }]);
  });

  it('lets a board be a little late where that is allowed', () => {
    const truth = [point(1, 'working'), point(3, 'waiting_for_input')];
    const board = [said(1.5, 'working'), said(4.5, 'waiting_for_input')];
    const verdicts = score(truth, board, [], START, { graceSeconds: 1 });
    expect(verdicts.map(({ isRight, lateBy }) => [isRight, lateBy])).toEqual([
      [true, 0.5],
      [false, null],
    ]);
  });
});

describe('the delay of a board', () => {
  it('runs from the client’s own word to the board’s', () => {
    const entries = [presence(0, 'idle'), presence(2, 'busy', 's', 1.9), presence(5, 'idle', 's', 4.8)];
    const truth = [point(3, 'working'), point(6, 'waiting_for_input')];
    expect(delays(truth, [said(2.1, 'working'), said(5.3, 'waiting_for_input')], entries)).toEqual([0.2, 0.5]);
  });

  it('is counted where the status changed only', () => {
    const entries = [presence(1, 'busy')];
    expect(delays([point(2, 'working'), point(3, 'working')], [said(1.5, 'working')], entries)).toEqual([0.5, null]);
  });

  it('is none where the board knew first', () => {
    expect(delays([point(2, 'working')], [said(0.5, 'working')], [presence(1, 'busy')])).toEqual([0]);
  });

  it('of an end runs from when the presence was gone, or went on with another session', () => {
    const ended = [point(4, 'ended')];
    expect(delays(ended, [said(3.25, 'idle', true)], [presence(1, 'idle'), presence(3, null)])).toEqual([0.25]);
    expect(delays(ended, [said(3.25, 'idle', true)], [presence(1, 'idle'), presence(3, 'idle', 'next')])).toEqual([
      0.25,
    ]);
    const killed: CaptureEntry = { t: 2, source: 'process', pid: 7, alive: false };
    expect(delays(ended, [said(3.25, 'idle', true)], [presence(1, 'busy'), killed])).toEqual([1.25]);
  });

  it('is not known where the board is wrong, or the client keeps no presence', () => {
    expect(delays([point(2, 'working')], [], [presence(1, 'busy')])).toEqual([null]);
    expect(delays([point(2, 'working')], [said(1, 'working')], [])).toEqual([null]);
  });
});
