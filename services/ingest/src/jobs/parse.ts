import { EVENT_VERSION, type EventOf } from '@crewboard/contract';
import { isObject, plausibleTime, textOf } from '../json.ts';
import { nameOf, presentable } from '../privacy.ts';

/** What a background job's `state.json` says, as far as it leaves the machine. */
export interface JobRecord {
  /** The session that the job is in now: it changes at `/clear`. */
  sessionId: string;
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
  if (sessionId === undefined || sessionId.length > 200) return undefined;
  const updatedAt = Date.parse(textOf(value.updatedAt) ?? '');
  return {
    sessionId,
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

const presentableOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : presentable(text);
};

const nameOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : nameOf(text);
};
