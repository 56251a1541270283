import { EVENT_VERSION, isSessionId, type SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { isObject, plausibleTime, textOf } from '../json.ts';
import { nameOf, presentableLine } from '../privacy/texts.ts';
import type { Locate } from '../transcript/parse.ts';
import type { HowContinued } from './continued.ts';

const STATUSES = ['busy', 'idle', 'waiting', 'shell'] as const;

const epochMs = z.number().min(0).max(8.64e15).transform(Math.trunc).nullable().catch(null);
const optionalText = z.string().min(1).nullable().catch(null);

/** What is kept of a presence file. Fields that are missing or odd count as not said. */
export const presenceRecordSchema = z.object({
  pid: z.number().int().positive(),
  sessionId: z.string().refine(isSessionId),
  /** When the process started, in the system's own words. */
  procStart: z
    .union([z.string().min(1).max(64), z.number().transform(String)])
    .nullable()
    .catch(null),
  /** The same on Windows, where it is a file time. */
  procStartFt: optionalText,
  pidDomain: optionalText,
  cwd: optionalText,
  status: z.enum(STATUSES).nullable().catch(null),
  waitingFor: optionalText,
  kind: optionalText,
  jobId: optionalText,
  tmux: optionalText,
  /** Started in advance, and in no session yet. */
  spare: z.boolean().catch(false),
  version: optionalText,
  entrypoint: optionalText,
  name: optionalText,
  nameSource: optionalText,
  startedAt: epochMs,
  statusUpdatedAt: epochMs,
  updatedAt: epochMs,
});
export type PresenceRecord = z.infer<typeof presenceRecordSchema>;

const NAME = /^(\d{1,15})\.json$/;

/** The pid in the name of a presence file; `undefined` for any other name, those that end in `.key` among them. */
export const pidOfPresenceFile = (name: string): number | undefined => {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * Reads a presence file's text. `undefined` where it is half-written, or none that this agent knows. Never throws.
 * A status that nobody here knows counts as not said; `onUnknownStatus` hears of it.
 */
export const parsePresence = (
  text: string,
  pid: number,
  onUnknownStatus?: (status: string) => void,
): PresenceRecord | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = presenceRecordSchema.safeParse(value);
  if (!parsed.success || parsed.data.pid !== pid) return undefined;
  const status = isObject(value) ? textOf(value.status) : undefined;
  if (status !== undefined && parsed.data.status === null) onUnknownStatus?.(status);
  return parsed.data;
};

/** The client's service for background sessions keeps a presence too, and processes that wait for work. */
export const isOfSession = ({ kind, spare }: PresenceRecord): boolean =>
  !spare && kind !== 'daemon' && kind !== 'daemon-worker';

const STARTING_MS = 1_000;

/**
 * The client has just started and does not say yet what it does. It may still go on with another session: `--continue` begins with an
 * id that nothing else will ever know.
 */
export const isStarting = ({ status, startedAt }: PresenceRecord, observedAt: number): boolean => {
  const age = observedAt - (startedAt ?? 0);
  return status === null && age >= 0 && age < STARTING_MS;
};

/** One process; a pid that is used again is another one. */
export const processKey = ({ pid, procStart, startedAt }: PresenceRecord): string =>
  nameOf(`${pid}:${procStart ?? startedAt ?? 0}`);

/** When the record last said something. */
export const lastSaidAt = (record: PresenceRecord): number =>
  record.statusUpdatedAt ?? record.updatedAt ?? record.startedAt ?? 0;

export interface PresenceContext {
  machine: string;
  owner: string | null;
  locate: Locate;
  /** When this was observed, in ms since 1970. */
  observedAt: number;
  /** The last position of this process's streams, -1 where there is none. */
  lastPosition: number;
  /** Says how a process went on with another session. Absent: `clear`. */
  howContinued?: (previous: PresenceRecord, next: PresenceRecord) => HowContinued;
}

export interface PresenceChange {
  events: SessionEvent[];
  lastPosition: number;
}

/**
 * The record without a status that is still the one of the session before: a process that goes on with another session says
 * first which, and a moment later what it does there. What it says then for longer than that moment is its own word.
 */
export const inItsOwnWords = (previous: PresenceRecord | undefined, next: PresenceRecord): PresenceRecord =>
  previous && previous.sessionId !== next.sessionId && previous.statusUpdatedAt === next.statusUpdatedAt
    ? { ...next, status: null, waitingFor: null }
    : next;

/**
 * What a presence file says that it did not say before. Pure. `previous` is of the same process; a file that says the
 * same again tells nothing. When it goes on with another session, the one before is left, and the other hears where it comes from.
 */
export const presenceEvents = (
  previous: PresenceRecord | undefined,
  next: PresenceRecord,
  context: PresenceContext,
): PresenceChange => {
  const { machine, owner, locate, observedAt } = context;
  let position = context.lastPosition;
  const events: SessionEvent[] = [];
  const isNewSession = previous?.sessionId !== next.sessionId;
  const saidAt = previous && isNewSession ? (next.updatedAt ?? observedAt) : lastSaidAt(next);
  const occurredAt = plausibleTime(saidAt, observedAt) || observedAt;
  const stamp = (sessionId: string, stream: string) => {
    position = Math.max(position + 1, observedAt);
    const source = 'presence' as const;
    return { schemaVersion: EVENT_VERSION, sessionId, machine, source, stream, position, occurredAt } as const;
  };
  const own = `presence:${processKey(next)}`;

  if (previous && isNewSession) {
    const data = { pid: next.pid, nextSessionId: next.sessionId };
    events.push({ type: 'SessionLeft', ...stamp(previous.sessionId, own), data });
  }
  if (next.cwd && (isNewSession || previous.cwd !== next.cwd || previous.version !== next.version)) {
    const data = {
      cwd: next.cwd.slice(0, 4096),
      ...locate(next.cwd),
      owner,
      clientVersion: nameOrNull(next.version),
      entrypoint: nameOrNull(next.entrypoint),
    };
    events.push({ type: 'SessionLocated', ...stamp(next.sessionId, `presence-place:${processKey(next)}`), data });
  }
  if (previous && isNewSession && previous.status !== null) {
    const how = context.howContinued?.(previous, next) ?? 'clear';
    const data = { fromSessionId: previous.sessionId, how, goal: null };
    events.push({ type: 'SessionContinued', ...stamp(next.sessionId, own), data });
  }
  const data = said(inItsOwnWords(previous, next));
  if (!previous || isNewSession || JSON.stringify(said(previous)) !== JSON.stringify(data)) {
    events.push({ type: 'PresenceChanged', ...stamp(next.sessionId, own), data });
  }
  return { events, lastPosition: position };
};

/** A session's name has neither `:` nor `.`; what has is no target, nor is one that would not lead there any more, masked or cut. */
const TMUX_TARGET = /^[^:.\p{C}\p{Zl}\p{Zp}]{1,100}:@\d{1,9}\.%\d{1,9}$/u;

const tmuxOf = ({ tmux }: PresenceRecord): { tmux?: string } =>
  tmux !== null && TMUX_TARGET.test(tmux) && nameOf(tmux) === tmux ? { tmux } : {};

const said = (record: PresenceRecord) => ({
  pid: record.pid,
  status: record.status,
  waitingFor: nameOrNull(record.waitingFor),
  kind: nameOrNull(record.kind),
  clientVersion: nameOrNull(record.version),
  ...(record.entrypoint === null ? {} : { entrypoint: nameOf(record.entrypoint) }),
  ...(record.jobId === null ? {} : { jobId: nameOf(record.jobId) }),
  ...tmuxOf(record),
  name: record.name === null ? null : presentableLine(record.name),
  isNamedByPerson: record.nameSource === 'user',
});

/** What is told when the process of a record is gone. */
export const exitEvent = (
  record: PresenceRecord,
  how: 'clean' | 'crashed' | 'unseen',
  occurredAt: number,
  { machine, observedAt, lastPosition }: Pick<PresenceContext, 'machine' | 'observedAt' | 'lastPosition'>,
): SessionEvent => ({
  type: 'ProcessExited',
  schemaVersion: EVENT_VERSION,
  sessionId: record.sessionId,
  machine,
  source: 'process',
  stream: `presence:${processKey(record)}`,
  position: Math.max(lastPosition + 1, observedAt),
  occurredAt,
  data: { pid: record.pid, how },
});

const nameOrNull = (text: string | null): string | null => (text === null ? null : nameOf(text));
