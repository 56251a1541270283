import { setTimeout as sleep } from 'node:timers/promises';
import { type Capture, readTruth } from '../capture.ts';
import type { ReplayedChange } from '../replay.ts';
import { type Said, score, type Verdict } from '../score.ts';
import { saidBy } from '../scoreboard.ts';
import { startBoard } from './board.ts';
import { createRetime } from './retime.ts';
import { openStage } from './stage.ts';

export interface PlayOptions {
  /** Recorded seconds in each real one. Time-outs do not hurry along. */
  speed: number;
  /** Hears every change of what a board shows of a session, as it comes; `t` is on the recording's clock. */
  onChange: (change: ReplayedChange) => void;
}

/** A board may say so as much later than the screen, in real seconds. */
const GRACE_SECONDS = 1;
/** Before the first entry: the watchers have settled. */
const HEAD_START_MS = 500;

/**
 * Plays a capture through real files, watchers, spool and processes into a board of its own, and answers how each truth point
 * came out there.
 */
export const playCapture = async (capture: Capture, { speed, onChange }: PlayOptions): Promise<Verdict[]> => {
  const truth = await readTruth(capture.dir);
  const stage = await openStage(capture);
  try {
    const said: Said[] = [];
    let playAt = Number.POSITIVE_INFINITY;
    const board = await startBoard(stage, (card) => {
      const t = ((Date.now() - playAt) / 1_000) * speed;
      const { sessionId, status, ended } = card;
      const change = { t, sessionId, status, ended, card };
      const last = said.findLast((one) => one.sessionId === sessionId);
      if (last?.status !== status || last.ended !== ended) said.push(saidBy(change));
      onChange(change);
    });
    try {
      playAt = Date.now() + HEAD_START_MS;
      const retime = createRetime(capture.startedAt, playAt, speed);
      const until = (t: number): Promise<void> => sleep(playAt + (t * 1_000) / speed - Date.now());
      for (const entry of capture.entries) {
        await until(entry.t);
        await stage.play(entry, retime);
      }
      await until(capture.endsAt + GRACE_SECONDS * speed);
    } finally {
      await board.stop();
    }
    return score(truth, said, capture.entries, capture.startedAt, { graceSeconds: GRACE_SECONDS * speed });
  } finally {
    await stage.close();
  }
};
