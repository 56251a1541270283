import type { Readable } from 'node:stream';
import { parseEvent, type SessionEvent } from '@crewboard/contract';
import { type BodyLimits, type Line, readLines } from '../ndjson.ts';
import { notForAgents } from './stamp.ts';

/** A line that is not taken. `why` is the reason in one word, for counting. */
export interface Refused {
  line: number;
  reason: string;
  why: 'invalid' | 'unknown_type' | 'not_for_agents' | 'foreign';
}

/** A line that nobody here can read. */
export interface Unreadable {
  reason: string;
  raw: string;
  /** Where it may be an event of a newer agent. */
  unknownType: string | undefined;
}

/** A body as it was read, before it is asked whose sessions these are. */
export interface Batch {
  /** In the body's order. */
  events: { line: number; event: SessionEvent }[];
  refused: Refused[];
}

const parseLine = (text: string): ReturnType<typeof parseEvent> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  return parseEvent(value);
};

export interface ReadBatchOptions {
  isGzip: boolean;
  limits: BodyLimits;
  /** Hears of what was read so far, a body that is refused in the end included. Bytes are counted decompressed. */
  onCost: (cost: { bytes: number; events: number }) => void;
  onUnreadable: (line: Unreadable) => void;
}

/** Reads a whole body. Throws `BodyRefused` where it passes a limit. */
export const readBatch = async (body: Readable, options: ReadBatchOptions): Promise<Batch> => {
  const { isGzip, limits, onCost, onUnreadable } = options;
  const batch: Batch = { events: [], refused: [] };
  const take = ({ number: line, text }: Line): void => {
    onCost({ bytes: 0, events: 1 });
    const parsed = parseLine(text);
    if (!parsed.ok) {
      const { reason, unknownType } = parsed;
      batch.refused.push({ line, reason, why: unknownType === undefined ? 'invalid' : 'unknown_type' });
      onUnreadable({ reason, raw: text, unknownType });
      return;
    }
    const reason = notForAgents(parsed.event);
    if (reason === undefined) batch.events.push({ line, event: parsed.event });
    else batch.refused.push({ line, reason, why: 'not_for_agents' });
  };
  await readLines(body, { isGzip, limits, onBytes: (bytes) => onCost({ bytes, events: 0 }), onLine: take });
  return batch;
};
