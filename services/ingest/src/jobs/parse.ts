import { EVENT_VERSION, type EventOf, isSessionId } from '@crewboard/contract';
import { isObject, plausibleTime, textOf } from '../json.ts';
import { cut, nameOf, presentable } from '../privacy/texts.ts';
import type { Locate } from '../transcript/parse.ts';

/** What a background job's `state.json` says, as far as it leaves the machine. */
export interface JobRecord {
  /** The session that the job is in now: it changes at `/clear`. */
  sessionId: string;
  cwd: string | null;
  said: Omit<EventOf<'JobChanged'>['data'], 'jobId'>;
  /** Ms since 1970; 0 where it is not told. */
  updatedAt: number;
}

/** `undefined` where the text is half-written, or of something else. Never throws. */
export const parseJob = (text: string): JobRecord | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const sessionId = textOf(value.resumeSessionId) ?? textOf(value.sessionId);
  if (sessionId === undefined || !isSessionId(sessionId)) return undefined;
  const updatedAt = Date.parse(textOf(value.updatedAt) ?? '');
  return {
    sessionId,
    cwd: textOf(value.cwd) ?? null,
    said: {
      state: nameOrNull(value.state),
      tempo: nameOrNull(value.tempo),
      needs: presentableOrNull(value.needs),
      intent: presentableOrNull(value.intent),
      detail: presentableOrNull(value.detail),
    },
    updatedAt: Number.isNaN(updatedAt) ? 0 : updatedAt,
  };
};

/** What is told of a job that is taken away: it needs nothing any more. */
export const NOTHING_SAID: JobRecord['said'] = { state: null, tempo: null, needs: null, intent: null, detail: null };

/** `modifiedAt` is the file's, in ms since 1970, for a record that has no time. The same record after the same position is the same event. */
export const jobEvent = (
  jobId: string,
  { sessionId, said, updatedAt }: JobRecord,
  { machine, modifiedAt, lastPosition }: { machine: string; modifiedAt: number; lastPosition: number },
): EventOf<'JobChanged'> => {
  const occurredAt = plausibleTime(updatedAt, modifiedAt) || Math.trunc(modifiedAt);
  return {
    type: 'JobChanged',
    schemaVersion: EVENT_VERSION,
    sessionId,
    machine,
    source: 'job',
    stream: `job:${jobId}`,
    position: Math.max(lastPosition + 1, occurredAt),
    occurredAt,
    data: { jobId, ...said },
  };
};

export interface PlaceContext {
  machine: string;
  owner: string | null;
  locate: Locate;
}

/** Where the job works: its state is written seconds before its process tells of itself. `undefined` where it does not say. */
export const jobPlace = (
  { data: { jobId }, sessionId, position, occurredAt }: EventOf<'JobChanged'>,
  { cwd }: JobRecord,
  { machine, owner, locate }: PlaceContext,
): EventOf<'SessionLocated'> | undefined =>
  cwd === null
    ? undefined
    : {
        type: 'SessionLocated',
        schemaVersion: EVENT_VERSION,
        sessionId,
        machine,
        source: 'job',
        stream: `job-place:${jobId}`,
        position,
        occurredAt,
        data: { cwd: cut(cwd, CWD_MAX), ...locate(cwd), owner, clientVersion: null, entrypoint: null },
      };

const CWD_MAX = 4096;

const presentableOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : presentable(text);
};

const nameOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : nameOf(text);
};
