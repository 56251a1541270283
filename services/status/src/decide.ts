import type { Attention, Evidence, Status } from '@crewboard/contract';
import { IDLE_TIMEOUT_MS } from './machine.ts';
import type { OpenTool, Presence, SessionState } from './state.ts';
import { advanceTurn, nextTimeOut } from './turn.ts';

/** A session that works without a sign for so long says so. */
export const QUIET_AFTER_MS = 600_000;

export interface Decision {
  status: Status;
  ended: boolean;
  since: number;
  quietSince: number | null;
  attention: Attention | null;
  evidence: Evidence;
  /** When time alone may change this decision; null for never. */
  nextAt: number | null;
}

/**
 * The status of a session at `now`, from all that its sources said. The one place where sources are weighed: the client's
 * own presence has the say while its process lives; a process that is gone ends the session; the transcript's turn with
 * its time-outs is the last resort, and marked as inferred where a time-out decided.
 */
export const decide = (state: SessionState, now: number): Decision => {
  const presence = mostUrgent(Object.values(state.presences));
  if (presence?.status) return decideByPresence(state, presence, presence.status, now);
  if (!presence && state.exit) return decideByExit(state.exit);
  if (presence && state.turn.state === 'idle')
    return resting(state, presence.since, now, { ...startingUp, at: presence.since });
  return decideByTurn(state, now);
};

const URGENCY = { waiting: 3, busy: 2, shell: 1, idle: 1 } as const;
const urgency = ({ status }: Presence): number => (status ? URGENCY[status] : 0);

/** One session may run in two terminals: what needs a person most counts, then the newest. */
const mostUrgent = (presences: readonly Presence[]): Presence | undefined =>
  presences.toSorted((a, b) => urgency(b) - urgency(a) || b.since - a.since)[0];

const startingUp = { source: 'presence', says: 'The client has started', inferred: false } as const;

const decideByPresence = (
  state: SessionState,
  presence: Presence,
  status: NonNullable<Presence['status']>,
  now: number,
): Decision => {
  const detail = presence.waitingFor ? ` for “${presence.waitingFor}”` : '';
  const evidence: Evidence = {
    source: 'presence',
    says: `The client says it is ${WORD[status]}${detail}`,
    at: presence.since,
    inferred: false,
  };
  switch (status) {
    case 'waiting':
      return {
        ...plain(evidence),
        status: 'waiting_for_approval',
        since: presence.since,
        attention: askOf(state, presence.waitingFor, presence.since),
      };
    case 'busy': {
      const signAt = Math.max(presence.since, state.lastActivityAt);
      const isQuiet = now - signAt >= QUIET_AFTER_MS;
      return {
        ...plain(evidence),
        status: 'working',
        since: presence.since,
        quietSince: isQuiet ? signAt : null,
        nextAt: isQuiet ? null : signAt + QUIET_AFTER_MS,
      };
    }
    case 'idle':
    case 'shell':
      return resting(state, presence.since, now, evidence);
  }
};

const WORD = { waiting: 'waiting', busy: 'busy', idle: 'idle', shell: 'idle while a background shell runs' } as const;

/** Waiting for the next prompt, and idle when nothing has happened for a while. */
const resting = (state: SessionState, since: number, now: number, evidence: Evidence): Decision => {
  const idleAt = Math.max(since, state.lastActivityAt) + IDLE_TIMEOUT_MS;
  return now < idleAt
    ? { ...plain(evidence), status: 'waiting_for_input', since, nextAt: idleAt }
    : { ...plain(evidence), status: 'idle', since: idleAt };
};

const decideByExit = ({ how, at }: NonNullable<SessionState['exit']>): Decision => ({
  ...plain({ source: 'process', says: EXIT[how], at, inferred: false }),
  status: 'idle',
  ended: true,
  since: at,
});

const EXIT = {
  clean: 'The client was closed',
  crashed: 'The process is gone without having said goodbye',
  unseen: 'No process of this session is running',
  left: 'The process went on with another session',
} as const;

const decideByTurn = (state: SessionState, now: number): Decision => {
  const { turn, timedOut } = advanceTurn(state, now);
  const evidence: Evidence = timedOut
    ? { source: 'timeout', says: TIMED_OUT[turn.state], at: turn.at, inferred: true }
    : { source: 'transcript', says: saysTurn(state), at: turn.at, inferred: false };
  return {
    ...plain(evidence),
    status: turn.state,
    since: turn.at,
    attention: turn.state === 'waiting_for_approval' ? askOf(state, null, turn.at) : null,
    nextAt: nextTimeOut({ turn, openTools: state.openTools })?.at ?? null,
  };
};

const TIMED_OUT = {
  idle: 'Nothing in the transcript for 5 minutes',
  working: 'The transcript goes on',
  waiting_for_approval: 'A tool call stands without a result for 5 seconds',
  waiting_for_input: 'Nothing in the transcript for a minute',
} as const;

const saysTurn = ({ turn, isInterrupted, failure }: SessionState): string => {
  if (turn.state === 'working') return 'The transcript shows a turn under way';
  if (isInterrupted) return 'A person interrupted the turn';
  if (failure) return `The request failed: ${failure.reason}`;
  return turn.state === 'idle' ? 'The transcript shows no turn yet' : 'The transcript shows the end of the turn';
};

const plain = (evidence: Evidence) => ({ ended: false, quietSince: null, attention: null, evidence, nextAt: null });

/** What is asked: the client tells that and since when, the oldest open tool call tells what. */
const askOf = (state: SessionState, waitingFor: string | null, since: number): Attention => {
  const open = Object.values(state.openTools);
  const call = open.find(({ tool }) => tool === 'AskUserQuestion' || tool === 'ExitPlanMode') ?? open[0];
  const isAboutTool = waitingFor !== 'dialog open';
  return {
    kind: kindOf(waitingFor, call),
    tool: (isAboutTool && call?.tool) || null,
    input: (isAboutTool && call?.input) || null,
    since,
  };
};

const kindOf = (waitingFor: string | null, call: OpenTool | undefined): Attention['kind'] => {
  if (waitingFor === 'dialog open') return 'dialog';
  if (call?.tool === 'AskUserQuestion') return 'question';
  if (call?.tool === 'ExitPlanMode') return 'plan';
  return waitingFor === 'input needed' ? 'question' : 'permission';
};
