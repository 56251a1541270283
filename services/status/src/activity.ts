import type { Evidence } from '@crewboard/contract';
import { compaction } from './condition.ts';
import type { SessionState } from './state.ts';
import { IDLE_TIMEOUT_MS, type TurnState } from './views/machine.ts';
import { type Transcript, wholeTurn } from './views/transcript.ts';
import { advanceTurn, nextTimeOut } from './views/turn.ts';

/** What hooks, job and transcript say of the turn, for a session without a presence that says so itself. */
export interface Activity {
  state: TurnState;
  since: number;
  evidence: Evidence;
  /** When time alone changes it; null for never. */
  nextAt: number | null;
}

/** A turn that hooks told of has no end by Esc: after so long without any sign it is believed to be over. */
const HOOK_STALE_MS = 300_000;
/** The same while a call is open: calls may run long. */
const HOOK_TOOL_STALE_MS = 3_600_000;

/** Without any source: `undefined`. */
export const activityOf = (state: SessionState, now: number): Activity | undefined => {
  const { hooks, job, transcript } = state;
  const compacting = compaction(state, now);
  if (compacting) {
    const evidence: Evidence = {
      source: 'hook',
      says: 'A hook said that the conversation is being shortened',
      at: compacting.at,
      inferred: false,
    };
    return { state: 'working', since: compacting.at, evidence, nextAt: compacting.until };
  }
  if (hooks.turn) return byHooks(state, hooks.turn, now);
  if (job && job.at >= transcript.turn.signAt && job.tempo !== null) return byJob(job.tempo, job.at, now);
  return transcript.turn.signAt > 0 || transcript.turn.state !== 'idle' ? byTranscript(state, now) : undefined;
};

const byTranscript = (state: SessionState, now: number): Activity => {
  const whole = wholeTurn(state.transcript);
  const { turn, timedOut } = advanceTurn(whole, now);
  const evidence: Evidence = timedOut
    ? { source: 'timeout', says: TIMED_OUT[turn.state], at: turn.at, inferred: true }
    : { source: 'transcript', says: saysTurn(state, turn.state), at: turn.at, inferred: false };
  return { state: turn.state, since: turn.at, evidence, nextAt: nextTimeOut({ ...whole, turn })?.at ?? null };
};

const TIMED_OUT = {
  idle: 'Nothing in the transcript for 5 minutes',
  working: 'The transcript goes on',
  waiting_for_approval: 'A tool call stands without a result for 5 seconds',
  waiting_for_input: 'Nothing in the transcript for a minute',
} as const;

const saysTurn = ({ transcript }: SessionState, turn: TurnState): string => {
  if (turn === 'working') return 'The transcript shows a turn under way';
  return transcript.ended ? saysEnd(transcript.ended) : 'The transcript shows no turn yet';
};

const saysEnd = ({ how, reason }: NonNullable<Transcript['ended']>): string => {
  switch (how) {
    case 'interrupted':
      return 'A person interrupted the turn';
    case 'failed':
      return `The request failed: ${reason}`;
    case 'done':
      return 'The transcript shows the end of the turn';
  }
};

/** The later word of hooks and transcript; only a transcript tells of an interrupt, only hooks of what is not written yet. */
const byHooks = (state: SessionState, told: NonNullable<SessionState['hooks']['turn']>, now: number): Activity => {
  const { hooks, transcript } = state;
  const end = endOf(told, transcript.ended);
  if (end && (end.source === 'hook' ? hooks : transcript).backgroundAgents === 0) {
    return resting(state, end.at, { ...end, inferred: false }, now);
  }
  const whole = wholeTurn(transcript);
  const waitsForCall = end !== undefined || hooks.openTools.size > 0 || whole.openTools.size > 0;
  const staleAt = Math.max(told.signAt, whole.turn.signAt) + (waitsForCall ? HOOK_TOOL_STALE_MS : HOOK_STALE_MS);
  if (now >= staleAt) {
    const says = 'No hook and nothing in the transcript for a long time: the turn was probably interrupted';
    return resting(state, staleAt, { source: 'timeout', says, at: staleAt, inferred: true }, now);
  }
  const says = end ? 'A hook said that agents work on' : 'A hook said that a turn is under way';
  const evidence: Evidence = { source: 'hook', says, at: told.at, inferred: false };
  return { state: 'working', since: told.at, evidence, nextAt: staleAt };
};

type End = { source: 'hook' | 'transcript'; says: string; at: number };

const endOf = (told: NonNullable<SessionState['hooks']['turn']>, written: Transcript['ended']): End | undefined => {
  if (told.state !== 'working' && told.at >= (written?.at ?? 0)) {
    return { source: 'hook', says: saysTold(told), at: told.at };
  }
  if (!written || written.at < told.signAt) return undefined;
  return { source: 'transcript', says: saysEnd(written), at: written.at };
};

const saysTold = ({ state, reason }: NonNullable<SessionState['hooks']['turn']>): string => {
  if (state === 'failed') return `A hook said that the request failed: ${reason}`;
  return state === 'started' ? 'A hook said that the client has begun' : 'A hook said that the turn is over';
};

const resting = ({ lastActivityAt }: SessionState, since: number, evidence: Evidence, now: number): Activity => {
  const idleAt = Math.max(since, lastActivityAt) + IDLE_TIMEOUT_MS;
  return now < idleAt
    ? { state: 'waiting_for_input', since, evidence, nextAt: idleAt }
    : { state: 'idle', since: idleAt, evidence, nextAt: null };
};

const byJob = (tempo: string, at: number, now: number): Activity => {
  const evidence: Evidence = { source: 'job', says: `The background job says it is ${tempo}`, at, inferred: false };
  if (tempo === 'active') return { state: 'working', since: at, evidence, nextAt: null };
  const idleAt = at + IDLE_TIMEOUT_MS;
  return now < idleAt
    ? { state: 'waiting_for_input', since: at, evidence, nextAt: idleAt }
    : { state: 'idle', since: idleAt, evidence, nextAt: null };
};
