import type { BackgroundShell, Condition, Status } from '@crewboard/contract';
import type { SessionState } from './state.ts';
import type { Process } from './views/processes.ts';

/** The end of the last turn, whoever told it last; `undefined` while a turn is under way. */
const lastEnd = ({
  hooks,
  transcript,
}: SessionState): { how: 'done' | 'interrupted' | 'failed'; at: number; reason: string | null } | undefined => {
  const { turn } = hooks;
  const written = transcript.ended;
  const told =
    turn && turn.state !== 'working'
      ? { how: turn.state === 'failed' ? ('failed' as const) : ('done' as const), at: turn.at, reason: turn.reason }
      : undefined;
  const last = told && (!written || told.at > written.at) ? told : (written ?? undefined);
  // The transcript tells more of the same failure.
  const end = last === told && told?.how === 'failed' && written?.how === 'failed' ? written : last;
  const workedAt = Math.max(written ? 0 : transcript.turn.signAt, turn?.state === 'working' ? turn.signAt : 0);
  return end && end.at >= workedAt ? end : undefined;
};

/** Agents that work on after the turn. */
export const agentsAtWork = ({ hooks, transcript }: SessionState): number =>
  hooks.turn && hooks.turn.at >= transcript.turn.signAt
    ? hooks.backgroundAgents
    : Math.max(hooks.backgroundAgents, transcript.backgroundAgents);

/** Shells that go on beside or after the turn. `live` says whether any does, and no source names those that it does not tell of. */
export const backgroundShells = ({ hooks, transcript }: SessionState, live: Process | undefined): BackgroundShell[] => {
  if (live?.status === 'idle') return [];
  const shells = Array.from(hooks.shells.and(transcript.shells), ([id, shell]) => ({ id, ...shell }));
  if (shells.length === 0 && live?.status === 'shell') return [{ id: 'shell', command: null, since: live.since }];
  return shells;
};

/** A compaction takes minutes at most: a start without an end is forgotten then. */
const COMPACTING_MS = 600_000;

/** What the status alone does not say of a session whose process lives, or that has none. */
export const conditionOf = (
  state: SessionState,
  status: Status,
  live: Process | undefined,
  now: number,
): Condition | null =>
  status === 'working' ? atWork(state, now) : status === 'waiting_for_approval' ? null : atRest(state, live);

/** When the compaction that is under way began, and when it is forgotten; `undefined` where there is none. */
export const compaction = (
  { hooks, transcript }: SessionState,
  now: number,
): { at: number; until: number } | undefined => {
  const { compactingAt } = hooks;
  if (compactingAt === null || compactingAt <= (transcript.compactedAt ?? 0)) return undefined;
  const until = compactingAt + COMPACTING_MS;
  return now < until ? { at: compactingAt, until } : undefined;
};

const atWork = (state: SessionState, now: number): Condition | null => {
  const compacting = compaction(state, now);
  if (compacting) return { kind: 'compacting', says: 'The conversation is being shortened', since: compacting.at };
  const { retry } = state.transcript;
  if (retry) {
    const of = retry.of === null ? '' : ` of ${retry.of}`;
    const why = retry.httpStatus === null ? 'The request failed' : `HTTP ${retry.httpStatus}`;
    const says = `${why}, attempt ${retry.attempt}${of}`;
    return { kind: 'retrying', says, since: retry.at };
  }
  const agents = agentsAtWork(state);
  const end = lastEnd(state);
  if (!end || agents === 0) return null;
  const says = `The turn is over, ${agents === 1 ? 'an agent works' : `${agents} agents work`} on`;
  return { kind: 'background_agents', says, since: end.at };
};

const atRest = (state: SessionState, live: Process | undefined): Condition | null => {
  const end = lastEnd(state);
  if (end?.how === 'failed') return { kind: 'failed', says: end.reason ?? 'The request failed', since: end.at };
  if (end?.how === 'interrupted') return { kind: 'interrupted', says: 'A person interrupted the turn', since: end.at };
  const [shell] = backgroundShells(state, live);
  if (!shell) return null;
  const says = shell.command
    ? `A shell goes on in the background: ${shell.command}`
    : 'A shell goes on in the background';
  return { kind: 'background_shell', says, since: shell.since ?? live?.since ?? state.clock };
};
