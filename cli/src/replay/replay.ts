import { basename, join } from 'node:path';
import type { Card, SessionEvent } from '@crewboard/contract';
import { advance, evolve, type SessionState } from '@crewboard/status';
import type { Capture, CaptureEntry } from './capture.ts';
import { createObserver } from './observer.ts';

/** A session's status from `t` seconds after the recording's start on, and the card that says so. */
export interface ReplayedChange {
  t: number;
  sessionId: string;
  status: string;
  ended: boolean;
  card: Card;
}

/** `presence` holds all that the client keeps of its processes: `sessions/`, their liveness, `jobs/`. `transcript` is all below `projects/`. */
export type Sense = 'hook' | 'presence' | 'transcript';

const SENSES: Readonly<Record<CaptureEntry['source'], Sense>> = {
  transcript: 'transcript',
  meta: 'transcript',
  presence: 'presence',
  process: 'presence',
  job: 'presence',
  hook: 'hook',
};

export interface ReplayOptions {
  /** What the agent has no sense for. */
  without?: readonly Sense[];
  /** Tells other asks and conditions of the same status too. */
  isDetailed?: boolean;
}

interface Followed {
  state: SessionState;
  shown: string | undefined;
  nextAt: number;
}

/**
 * Plays a capture in virtual time through the agent's parsers and the fold, and tells every change of status at the recording's
 * own times. What only passing time brings (time-outs) comes at its own time too, up to the end of the recording.
 */
export async function* replayCapture(
  capture: Capture,
  { without = [], isDetailed = false }: ReplayOptions = {},
): AsyncGenerator<ReplayedChange> {
  const observer = createObserver(join(capture.dir, 'claude'), 'replay', (cwd) => ({
    repo: basename(cwd),
    remote: null,
    branch: null,
    worktree: null,
  }));
  const sessions = new Map<string, Followed>();

  const fold = (event: SessionEvent): void => {
    const session = sessions.get(event.sessionId);
    const state = evolve(session?.state, event);
    if (session) session.state = state;
    else sessions.set(event.sessionId, { state, shown: undefined, nextAt: Number.POSITIVE_INFINITY });
  };

  /** Brings every session to `now` and tells those of which something else is to be told then. */
  function* settle(now: number): Generator<ReplayedChange> {
    for (const [sessionId, session] of sessions) {
      const { card, nextAt } = advance(session.state, now);
      session.nextAt = nextAt ?? Number.POSITIVE_INFINITY;
      const shown = isDetailed ? detailsOf(card) : `${card.status} ${card.ended}`;
      if (session.shown === shown) continue;
      session.shown = shown;
      yield { t: (now - capture.startedAt) / 1000, sessionId, status: card.status, ended: card.ended, card };
    }
  }

  function* settleUntil(end: number): Generator<ReplayedChange> {
    for (;;) {
      const due = Math.min(...[...sessions.values()].map(({ nextAt }) => nextAt));
      if (due >= end) return;
      yield* settle(due);
    }
  }

  const momentOf = (t: number): number => capture.startedAt + Math.round(t * 1000);

  const observe = async (entry: CaptureEntry, now: number): Promise<SessionEvent[]> => {
    switch (entry.source) {
      case 'transcript':
        return observer.transcript(entry.file, entry.to, now);
      case 'presence':
        return observer.presence(entry.file, entry.content, now);
      case 'process':
        return observer.process(entry.pid, entry.alive, now);
      case 'hook':
        return observer.hook(entry.payload, now);
      case 'job':
        return observer.job(entry.file, entry.content, now);
      case 'meta':
        return observer.meta(entry.file, entry.content, now);
    }
  };

  for (const entry of capture.entries) {
    const now = momentOf(entry.t);
    yield* settleUntil(now);
    observer.overdue(now).forEach(fold);
    if (!without.includes(SENSES[entry.source])) for (const event of await observe(entry, now)) fold(event);
    yield* settle(now);
  }
  yield* settleUntil(momentOf(capture.endsAt));
}

const detailsOf = ({ status, ended, asks, condition }: Card): string =>
  JSON.stringify([status, ended, asks.map(({ id, input }) => [id, input]), condition?.kind, condition?.says]);
