import {
  type BoardChange,
  boardChangeSchema,
  type Offset,
  parseEvent,
  type RecordedChange,
  type SessionEvent,
} from '@crewboard/contract';
import { z } from 'zod';
import { compiledOnUse } from './compiled.ts';
import type { DeadLetter, EventEntry, EventText, GroupEntry, GroupReader, ReadOptions } from './event-log.ts';

/** An entry as a backend stores it: one JSON text at its place. */
export interface RawEntry {
  offset: Offset;
  raw: string;
}

type Parsed<Value> = { ok: true; value: Value } | { ok: false; reason: string };

/** Never throws. */
export const parseJson = (raw: string): Parsed<unknown> => {
  try {
    return { ok: true, value: JSON.parse(raw) };
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
};

/** What is stored of an event. */
export const eventText = (event: SessionEvent | EventText): string =>
  'json' in event ? event.json : JSON.stringify(event);

/** Never throws: what can't be read keeps its place and comes back with the reason. */
export const toEventEntry = ({ offset, raw }: RawEntry): EventEntry => {
  const json = parseJson(raw);
  if (!json.ok) return { ok: false, offset, reason: json.reason, raw };
  const parsed = parseEvent(json.value);
  return parsed.ok
    ? { ok: true, offset, event: Object.assign(parsed.event, { offset }) }
    : { ok: false, offset, reason: parsed.reason, raw };
};

const changeSchema = compiledOnUse(boardChangeSchema);

export const parseChange = (raw: string): Parsed<BoardChange> => {
  const json = parseJson(raw);
  if (!json.ok) return json;
  const parsed = changeSchema().safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `not a board change: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? ''}` };
};

/** The longest `raw` of a dead letter, in UTF-16 units. */
const RAW_MAX = 4096;

export const cutLetter = (letter: DeadLetter): DeadLetter => ({ ...letter, raw: letter.raw.slice(0, RAW_MAX) });

const namedSchema = z.object({ sessionId: z.string(), type: z.string() });
const letterSchema = z.object({ raw: z.string() });

/** They say nothing but that there was a session, and whoever reads on is to hear that it is gone. */
const OUTLIVES = new Set(['SessionWithdrawn', 'CardRemoved']);

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Whether a text that has no form to rely on is about one of the sessions. An id is its machine's to choose: one that is no
 * UUID counts only where it is named as a session's, since a word of any text would take others' texts away.
 */
const namesOne = (text: string, sessionIds: ReadonlySet<string>): boolean => {
  for (const id of sessionIds) {
    if (text.includes(UUID.test(id) ? id : `"sessionId":${JSON.stringify(id)}`)) return true;
  }
  return false;
};

/** Whether `forget` takes an event or a change away. */
export const isToForget = (raw: string, sessionIds: ReadonlySet<string>): boolean => {
  const json = parseJson(raw);
  const named = json.ok ? namedSchema.safeParse(json.value).data : undefined;
  return named ? sessionIds.has(named.sessionId) && !OUTLIVES.has(named.type) : namesOne(raw, sessionIds);
};

/** Whether `forget` takes a dead letter away. */
export const isLetterToForget = (raw: string, sessionIds: ReadonlySet<string>): boolean => {
  const json = parseJson(raw);
  const letter = json.ok ? letterSchema.safeParse(json.value).data : undefined;
  return namesOne(letter?.raw ?? raw, sessionIds);
};

interface ChangeSource {
  read(partition: number, options: ReadOptions): Promise<RawEntry[]>;
  deadLetter(letter: DeadLetter): Promise<void>;
}

/**
 * Reads changes past what is unreadable. An unreadable change is set aside once by each process, however often it is
 * read, and a call that finds nothing else goes on behind it.
 */
export const createChangeReader = ({ read, deadLetter }: ChangeSource) => {
  const done = new Set<string>();

  const setAside = async (partition: number, { offset, raw }: RawEntry, reason: string): Promise<void> => {
    const place = `${partition}/${offset}`;
    if (done.has(place)) return;
    await deadLetter({ from: 'board', reason, raw, at: Date.now() });
    done.add(place);
  };

  return async (partition: number, options: ReadOptions): Promise<RecordedChange[]> => {
    const until = performance.now() + (options.waitMs ?? 0);
    let after = options.after;
    for (;;) {
      const waitMs = Math.max(0, until - performance.now());
      const entries = await read(partition, { ...options, after, waitMs });
      const changes: RecordedChange[] = [];
      for (const entry of entries) {
        const parsed = parseChange(entry.raw);
        if (parsed.ok) changes.push({ ...parsed.value, partition, offset: entry.offset });
        else await setAside(partition, entry, parsed.reason);
      }
      const last = entries.at(-1);
      if (!last || changes.length > 0 || options.signal?.aborted) return changes;
      after = last.offset;
    }
  };
};

/** A change that a group's consumer was handed, as it is stored. */
export interface HandedOut extends RawEntry {
  partition: number;
  deliveries: number;
}

/** What a group's consumer gets of what it was handed: an unreadable change is set aside and acknowledged. */
export const readableChanges = async (
  handed: readonly HandedOut[],
  { group, deadLetter, ack }: { group: string; deadLetter: ChangeSource['deadLetter']; ack: GroupReader['ack'] },
): Promise<GroupEntry[]> => {
  const entries: GroupEntry[] = [];
  for (const { partition, offset, raw, deliveries } of handed) {
    const parsed = parseChange(raw);
    if (parsed.ok) {
      entries.push({ partition, offset, deliveries, change: { ...parsed.value, partition, offset } });
    } else {
      await deadLetter({ from: group, reason: parsed.reason, raw, at: Date.now() });
      await ack([{ partition, offset }]);
    }
  }
  return entries;
};
