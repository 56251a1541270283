import { basename } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { bytesOf, type Capture } from './capture.ts';
import { createObserver } from './observer.ts';

/** A session's status from `t` seconds after the recording's start on. */
export interface StatusChange {
  t: number;
  sessionId: string;
  status: string;
  ended: boolean;
}

interface Followed {
  state: SessionState;
  shown: Pick<StatusChange, 'status' | 'ended'> | undefined;
  nextAt: number;
}

/**
 * Plays a capture in virtual time through the agent's parsers and the fold, and tells every change of status at the recording's
 * own times. What only passing time brings (time-outs) comes at its own time too, up to the last entry of the recording.
 */
export async function* replayCapture(capture: Capture): AsyncGenerator<StatusChange> {
  const observer = createObserver('replay', (cwd) => ({
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

  /** Brings every session to `now` and tells those whose status is another then. */
  function* settle(now: number): Generator<StatusChange> {
    for (const [sessionId, session] of sessions) {
      const { card, nextAt } = advance(session.state, now);
      session.nextAt = nextAt ?? Number.POSITIVE_INFINITY;
      const { status, ended } = card;
      if (session.shown?.status === status && session.shown.ended === ended) continue;
      session.shown = { status, ended };
      yield { t: (now - capture.startedAt) / 1000, sessionId, status, ended };
    }
  }

  for (const entry of capture.entries) {
    const now = capture.startedAt + Math.round(entry.t * 1000);
    for (;;) {
      const due = Math.min(...[...sessions.values()].map(({ nextAt }) => nextAt));
      if (due >= now) break;
      yield* settle(due);
    }
    switch (entry.source) {
      case 'transcript':
        observer.transcript(entry.file, await bytesOf(capture, entry.file, entry.from, entry.to), now).forEach(fold);
        break;
      case 'presence':
        observer.presence(entry.file, entry.content, now).forEach(fold);
        break;
      case 'process':
        observer.process(entry.pid, entry.alive, now).forEach(fold);
        break;
      case 'hook':
        break;
    }
    yield* settle(now);
  }
}
