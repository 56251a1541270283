import type { SessionEvent } from '@crewboard/contract';
import {
  createHookParser,
  exitEvent,
  isOfSession,
  isStarting,
  type JobRecord,
  jobEvent,
  type Locate,
  NOTHING_SAID,
  type PresenceRecord,
  parseJob,
  parsePresence,
  pidOfPresenceFile,
  presenceEvents,
} from '@crewboard/ingest';
import { createRecordedTranscripts } from './transcripts.ts';

/** A payload's events take so many positions, as its file in the spool does. */
const HOOK_POSITIONS = 16;

/**
 * The agent's own parsers, fed by hand at given times instead of by files and watchers. Returns the events of each step, in order.
 */
export const createObserver = (claudeDir: string, machine: string, locate: Locate) => {
  const presences = new Map<number, PresenceRecord>();
  const starting = new Map<number, PresenceRecord>();
  const jobs = new Map<string, { record: JobRecord; lastPosition: number }>();
  const owner = null;
  let lastPosition = -1;
  const transcripts = createRecordedTranscripts(claudeDir, { machine, owner, locate });
  const hooks = createHookParser({ machine, owner, stream: 'hooks', locate });
  let hookPosition = -1;

  /** The presence of a process goes: told once, whoever notices it first. */
  const leave = (pid: number, how: 'clean' | 'crashed', observedAt: number): SessionEvent[] => {
    starting.delete(pid);
    const record = presences.get(pid);
    if (!record) return [];
    presences.delete(pid);
    return [exitEvent(record, how, observedAt, { machine, observedAt, lastPosition })];
  };

  const present = (next: PresenceRecord, observedAt: number): SessionEvent[] => {
    const previous = presences.get(next.pid);
    // It may still go on with another session: its next word tells.
    if (!previous && isStarting(next, observedAt)) {
      starting.set(next.pid, next);
      return [];
    }
    starting.delete(next.pid);
    presences.set(next.pid, next);
    const change = presenceEvents(previous, next, { machine, owner, locate, observedAt, lastPosition });
    lastPosition = change.lastPosition;
    return change.events;
  };

  return {
    transcript: transcripts.grow,
    meta: transcripts.note,
    presence: (file: string, content: unknown, observedAt: number): SessionEvent[] => {
      const pid = pidOfPresenceFile(file.slice(file.lastIndexOf('/') + 1));
      if (pid === undefined) return [];
      if (content === null) return leave(pid, 'clean', observedAt);
      const next = parsePresence(JSON.stringify(content), pid);
      return next && isOfSession(next) ? present(next, observedAt) : [];
    },
    /** What only passing time tells: a client that started a while ago and still does not say what it does. */
    overdue: (observedAt: number): SessionEvent[] =>
      [...starting.values()].flatMap((record) => present(record, observedAt)),
    hook: (payload: unknown, observedAt: number): SessionEvent[] => {
      hookPosition = Math.max(hookPosition + HOOK_POSITIONS, observedAt * 1_000);
      return hooks.payload(JSON.stringify(payload), hookPosition, observedAt).events;
    },
    job: (file: string, content: unknown, observedAt: number): SessionEvent[] => {
      const jobId = /^jobs\/([^/]+)\/state\.json$/.exec(file)?.[1];
      if (jobId === undefined) return [];
      const known = jobs.get(jobId);
      const record =
        content === null ? known && { ...known.record, said: NOTHING_SAID } : parseJob(JSON.stringify(content));
      if (!record || saysTheSame(record, known?.record)) return [];
      const lastPosition = known?.lastPosition ?? -1;
      const event = jobEvent(jobId, record, { machine, modifiedAt: observedAt, lastPosition });
      jobs.set(jobId, { record, lastPosition: event.position });
      return [event];
    },
    process: (pid: number, isAlive: boolean, observedAt: number): SessionEvent[] =>
      isAlive ? [] : leave(pid, 'crashed', observedAt),
  };
};

const saysTheSame = (one: JobRecord, other: JobRecord | undefined): boolean =>
  one.sessionId === other?.sessionId && JSON.stringify(one.said) === JSON.stringify(other.said);
