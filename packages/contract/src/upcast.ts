import { z } from 'zod';
import { EVENT_VERSION, type SessionEvent, sessionEventSchema } from './events.ts';

/** What lifts a stored shape to the next version: `steps[n]` turns version n into n + 1. Stored events are never edited. */
const steps: Record<number, (event: Record<string, unknown>) => Record<string, unknown>> = {};

const versioned = z.looseObject({ schemaVersion: z.number().int().positive() });

export type ParsedEvent =
  | { ok: true; event: SessionEvent }
  /** `unknownType`: it may well be an event, of a type or a version that only newer programs know. */
  | { ok: false; reason: string; unknownType?: string };

const typed = z.object({ type: z.string() });
const knownTypes: ReadonlySet<string> = new Set(sessionEventSchema.options.map(({ shape }) => shape.type.value));

/** The type of an event that is not known here; `undefined` for what is known, or is no event at all. */
const unknownTypeOf = (event: { schemaVersion: number }): string | undefined => {
  const type = typed.safeParse(event).data?.type;
  return type !== undefined && (event.schemaVersion > EVENT_VERSION || !knownTypes.has(type)) ? type : undefined;
};

/**
 * Turns what came from outside (a log entry, a line of an ingest batch) into today's event.
 * Never throws: a value of a newer version, an unknown type or a wrong field comes back as the reason.
 */
export const parseEvent = (value: unknown): ParsedEvent => {
  // Nearly all is today's: what is not, is looked at more closely.
  const today = sessionEventSchema.safeParse(value);
  return today.success ? { ok: true, event: today.data } : parseOther(value);
};

const parseOther = (value: unknown): ParsedEvent => {
  const head = versioned.safeParse(value);
  if (!head.success) return { ok: false, reason: `not an event: ${firstIssue(head.error)}` };
  const unknownType = unknownTypeOf(head.data);
  if (unknownType !== undefined) {
    return { ok: false, reason: 'a type of event that this board does not know (a newer agent)', unknownType };
  }
  let event: Record<string, unknown> = head.data;
  for (let version = head.data.schemaVersion; version < EVENT_VERSION; version++) {
    const step = steps[version];
    if (!step) return { ok: false, reason: `no way from event version ${version}` };
    event = step(event);
  }
  const parsed = sessionEventSchema.safeParse(event);
  return parsed.success
    ? { ok: true, event: parsed.data }
    : { ok: false, reason: `not an event: ${firstIssue(parsed.error)}` };
};

const firstIssue = (error: z.ZodError): string => {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'value'}: ${issue.message}` : 'unknown fault';
};
