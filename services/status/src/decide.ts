import type { Ask, Condition, Disagreement, Evidence, Status } from '@crewboard/contract';
import { activityOf } from './activity.ts';
import { inferredAsk, openAsks } from './asks.ts';
import { conditionOf } from './condition.ts';
import { contradiction } from './disagreement.ts';
import type { SessionState } from './state.ts';
import { IDLE_TIMEOUT_MS } from './views/machine.ts';
import { headProcess, lastGone, type Process } from './views/processes.ts';

/** A session that works without a sign for so long says so. */
const QUIET_AFTER_MS = 600_000;

export interface Decision {
  status: Status;
  ended: boolean;
  since: number;
  quietSince: number | null;
  asks: Ask[];
  condition: Condition | null;
  evidence: Evidence;
  disagreement: Disagreement | null;
  /** When time alone may change this decision; null for never. */
  nextAt: number | null;
}

/**
 * The status of a session at `now`, from all that its sources said: the one place where they are weighed, by what each can know.
 * A process that is gone ends the session. A machine that is not heard says nothing any more. A live presence has the say on
 * whether it works, waits or rests, and hooks on what is asked. Without a presence hooks, then the job, then the
 * transcript with its time-outs decide, and a time-out is marked as inferred.
 */
export const decide = (state: SessionState, now: number): Decision => {
  const live = headProcess(state.processes);
  const end = endOf(state, live, now);
  if (end?.isOver) return end.decision;
  const decision = decideAlive(state, live, now);
  return end ? { ...decision, nextAt: Math.min(decision.nextAt ?? end.at, end.at) } : decision;
};

const decideAlive = (state: SessionState, live: Process | undefined, now: number): Decision => {
  if (state.machineLost) return offline(state, state.machineLost, now);
  const asks = openAsks(state, live);
  if (asks.length > 0) return checked(state, live, asked(asks, live), now);
  if (live?.status) return checked(state, live, byPresence(state, live, live.status, now), now);
  if (live && lastSignAt(state) < live.since) return resting(state, live.since, now, startingUp(live));
  const activity = activityOf(state, now);
  if (!activity) return unknown(state);
  const { state: status, since, evidence, nextAt } = activity;
  const inferred = status === 'waiting_for_approval' ? [inferredAsk(state, since)] : [];
  return decided(status, since, evidence, {
    asks: inferred,
    condition: conditionOf(state, status, live, now),
    nextAt,
  });
};

type More = Partial<Pick<Decision, 'ended' | 'quietSince' | 'asks' | 'condition' | 'nextAt'>>;

/** Field by field: spread over what is usual, a decision was the dearest part of the fold. */
const decided = (
  status: Status,
  since: number,
  evidence: Evidence,
  { ended = false, quietSince = null, asks = [], condition = null, nextAt = null }: More = {},
): Decision => ({ ended, quietSince, asks, condition, evidence, disagreement: null, nextAt, status, since });

/** A sign of life so shortly after the end was made before it. */
const SAME_MOMENT_MS = 2_000;

/** How the session ended, unless it gave a sign since; or when it will count as ended, unless it does. */
const endOf = (
  state: SessionState,
  live: Process | undefined,
  now: number,
): { isOver: true; decision: Decision } | { isOver: false; at: number } | undefined => {
  const { hooks, transcript } = state;
  const { ended } = hooks;
  // A process that goes on with another session may tell the old one for minutes.
  const wentOn = ended !== null && (ended.reason === 'clear' || ended.reason === 'resume');
  if (live) {
    if (!ended || !wentOn || live.since > ended.at) return undefined;
    const at = ended.at + SAME_MOMENT_MS;
    return now < at ? { isOver: false, at } : isOver(over('moved_on', LEFT, 'hook', ended.at));
  }
  const hookSignAt = hooks.turn?.signAt ?? 0;
  const gone = lastGone(state.processes);
  if (gone && gone.at >= transcript.turn.signAt && gone.at + SAME_MOMENT_MS >= hookSignAt) {
    if (gone.how === 'left') return isOver(over('moved_on', LEFT, 'process', gone.at));
    return isOver(over(gone.how === 'crashed' ? 'crashed' : 'closed', EXIT[gone.how], 'process', gone.at));
  }
  if (ended && transcript.turn.signAt <= ended.at) {
    const says = wentOn ? LEFT : `The client said goodbye (${ended.reason})`;
    return isOver(over(wentOn ? 'moved_on' : 'closed', says, 'hook', ended.at));
  }
  const { closedAt } = transcript;
  if (closedAt === null || hookSignAt > closedAt) return undefined;
  const decision = over('closed', 'The client wrote its closing totals', 'transcript', closedAt);
  return isOver({ ...decision, evidence: { ...decision.evidence, inferred: true } });
};

const isOver = (decision: Decision) => ({ isOver: true, decision }) as const;

const LEFT = 'The process went on with another session';
const EXIT = {
  clean: 'The client was closed',
  crashed: 'The process is gone without having said goodbye',
  unseen: 'No process of this session is running',
} as const;

const over = (kind: Condition['kind'], says: string, source: Evidence['source'], at: number): Decision =>
  decided('idle', at, { source, says, at, inferred: false }, { ended: true, condition: { kind, says, since: at } });

/** It may do anything; nothing that was known of it is shown as if it were. */
const offline = (state: SessionState, { silentSince }: { silentSince: number }, now: number): Decision => {
  const before = decide({ ...state, machineLost: null }, Math.min(now, Math.max(silentSince, state.clock)));
  const says = `Its machine has not been heard from. Before that: ${before.evidence.says}`;
  const condition: Condition = { kind: 'offline', says, since: silentSince };
  return decided('idle', silentSince, { source: 'machine', says, at: silentSince, inferred: false }, { condition });
};

const asked = (asks: Ask[], live: Process | undefined): Decision => {
  const first = asks[0]?.since ?? 0;
  const evidence: Evidence =
    live?.status === 'waiting'
      ? { source: 'presence', says: saysPresence(live, 'waiting'), at: live.since, inferred: false }
      : {
          source: sourceOf(asks),
          says: `Asked and not answered: ${asks[0]?.tool ?? asks[0]?.kind}`,
          at: first,
          inferred: false,
        };
  return decided('waiting_for_approval', live?.status === 'waiting' ? live.since : first, evidence, { asks });
};

const sourceOf = ([ask]: readonly Ask[]): Evidence['source'] => (ask?.id.startsWith('job:') ? 'job' : 'hook');

const WORD = { waiting: 'waiting', busy: 'busy', idle: 'idle', shell: 'idle while a background shell runs' } as const;

const saysPresence = ({ waitingFor }: Process, status: keyof typeof WORD): string =>
  `The client says it is ${WORD[status]}${waitingFor ? ` for “${waitingFor}”` : ''}`;

const byPresence = (
  state: SessionState,
  live: Process,
  status: NonNullable<Process['status']>,
  now: number,
): Decision => {
  const evidence: Evidence = { source: 'presence', says: saysPresence(live, status), at: live.since, inferred: false };
  if (status !== 'busy') {
    const decision = resting(state, live.since, now, evidence);
    return { ...decision, condition: conditionOf(state, decision.status, live, now) };
  }
  const signAt = Math.max(live.since, state.lastActivityAt);
  const isQuiet = now - signAt >= QUIET_AFTER_MS;
  return decided('working', live.since, evidence, {
    quietSince: isQuiet ? signAt : null,
    condition: conditionOf(state, 'working', live, now),
    nextAt: isQuiet ? null : signAt + QUIET_AFTER_MS,
  });
};

/** Waiting for the next prompt, and idle when nothing has happened for a while. */
const resting = (state: SessionState, since: number, now: number, evidence: Evidence): Decision => {
  const idleAt = Math.max(since, state.lastActivityAt) + IDLE_TIMEOUT_MS;
  return now < idleAt
    ? decided('waiting_for_input', since, evidence, { nextAt: idleAt })
    : decided('idle', idleAt, evidence);
};

/** The last sign of what a session without a presence does; 0 where there is none. */
const lastSignAt = ({ hooks, job, transcript }: SessionState): number =>
  Math.max(hooks.turn?.signAt ?? 0, job?.at ?? 0, transcript.turn.signAt);

const startingUp = ({ since }: Process): Evidence => ({
  source: 'presence',
  says: 'The client has started',
  at: since,
  inferred: false,
});

const unknown = ({ clock }: SessionState): Decision => {
  const says = 'No source tells what this session does';
  const condition: Condition = { kind: 'unknown', says, since: clock };
  return decided('idle', clock, { source: 'timeout', says, at: clock, inferred: true }, { condition });
};

/** The decision, with what contradicts it, once that counts. */
const checked = (state: SessionState, live: Process | undefined, decision: Decision, now: number): Decision => {
  const found = live?.status ? contradiction(state, live, decision.evidence) : undefined;
  if (!found) return decision;
  const { countsAt, ...disagreement } = found;
  if (now >= countsAt) return { ...decision, disagreement };
  return { ...decision, nextAt: Math.min(decision.nextAt ?? countsAt, countsAt) };
};
