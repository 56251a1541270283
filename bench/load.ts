import { setTimeout as sleep } from 'node:timers/promises';
import { openAccount } from './account.ts';
import type { Solo } from './board.ts';
import type { FeedWatcher } from './feed.ts';
import type { Probe } from './probe.ts';
import { percentiles, quantile, type Row, rounded } from './report.ts';

const SETTLED_WITHIN_MS = 30_000;
const LOAD = { durationMs: 10_000, tickMs: 5, probeEveryMs: 50 };
/** Each call writes two lines: the result of the one before, and itself. */
const LINES_A_CALL = 2;

interface Watched {
  writtenAt: number[];
  /** When a line was first on the board, or one that was written after it: a board shows what is, not each step to it. */
  seenAt: number[];
  updates: number[];
}

const watchOne = (feed: FeedWatcher, sessionId: string, name: string): Watched => {
  const watched: Watched = { writtenAt: [], seenAt: [], updates: [] };
  const mark = new RegExp(`${name}-(\\d+)-end`, 'g');
  feed.onMessage((text, at) => {
    if (!text.includes(sessionId)) return;
    const last = Math.max(-1, ...[...text.matchAll(mark)].map((match) => Number(match[1])));
    if (last < watched.seenAt.length) return;
    watched.updates.push(at);
    while (watched.seenAt.length <= last) watched.seenAt.push(at);
  });
  return watched;
};

/**
 * So many lines a second over all sessions for 10 s. One session is watched, which gets a line of its own every 50 ms: from just before
 * that is written to the message at the socket. Afterwards the board must have counted every call.
 */
export const measureLoad = async (
  linesPerSecond: number,
  probes: readonly Probe[],
  feed: FeedWatcher,
  solo: Solo,
): Promise<Row> => {
  const [first, ...others] = probes;
  if (!first) throw new Error('no session to watch');
  const account = await openAccount(solo, probes.length);
  const name = `watched-${linesPerSecond}`;
  const { writtenAt, seenAt, updates } = watchOne(feed, first.sessionId, name);
  const call = (probe: Probe, command: string): number => {
    account.wrote(probe.sessionId);
    return probe.call(command);
  };

  const cpuBefore = solo.process.cpuMs();
  const begun = performance.now();
  let written = 0;
  for (let elapsed = 0; elapsed < LOAD.durationMs; elapsed = performance.now() - begun) {
    for (const due = (elapsed / 1_000) * (linesPerSecond / LINES_A_CALL); written < due; written++) {
      const probe = others[written % others.length];
      if (probe) call(probe, `make load-${written}-end`);
    }
    if (elapsed >= writtenAt.length * LOAD.probeEveryMs)
      writtenAt.push(call(first, `make ${name}-${writtenAt.length}-end`));
    await sleep(LOAD.tickMs);
  }
  const tookMs = performance.now() - begun;
  const cpuShare = (solo.process.cpuMs() - cpuBefore) / tookMs;
  const endedAt = performance.now();
  const { at, missing, twice } = await account.settle(SETTLED_WITHIN_MS);
  const gaps = [begun, ...updates].map((time, index, all) => (all[index + 1] ?? time) - time);
  return {
    what: `${linesPerSecond} lines/s over ${probes.length} sessions`,
    ...percentiles(writtenAt.flatMap((time, index) => (seenAt[index] === undefined ? [] : [seenAt[index] - time]))),
    'lines/s': rounded((LINES_A_CALL * account.calls) / (tookMs / 1_000)),
    'longest gap ms': rounded(quantile(gaps, 1)),
    'CPU share': rounded(cpuShare, 2),
    lines: LINES_A_CALL * account.calls,
    'settled ms': rounded(at - endedAt),
    lost: missing,
    twice,
  };
};

/** So many lines at once, some to each session in turn: from before the first is written until the board has counted every call. */
export const measureBurst = async (lines: number, probes: readonly Probe[], solo: Solo): Promise<Row> => {
  const ROUNDS = 10;
  const callsAtOnce = Math.max(1, Math.round(lines / LINES_A_CALL / ROUNDS / probes.length));
  const account = await openAccount(solo, probes.length);
  const commands = Array.from({ length: callsAtOnce }, (_, index) => `make burst-${index}-end`);
  const writes = Array.from({ length: ROUNDS }, () => probes.map((probe) => ({ probe, lines: probe.lines(commands) })));
  for (const probe of probes) account.wrote(probe.sessionId, callsAtOnce * ROUNDS);
  const cpuBefore = solo.process.cpuMs();
  const begun = performance.now();
  for (const { probe, lines: text } of writes.flat()) probe.append(text);
  const writtenMs = performance.now() - begun;
  const { at, missing, twice } = await account.settle(SETTLED_WITHIN_MS);
  return {
    what: `${LINES_A_CALL * account.calls} lines at once over ${probes.length} sessions`,
    lines: LINES_A_CALL * account.calls,
    'written ms': rounded(writtenMs),
    'settled ms': rounded(at - begun),
    'CPU ms': rounded(solo.process.cpuMs() - cpuBefore),
    lost: missing,
    twice,
  };
};
