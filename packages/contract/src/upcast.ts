import { z } from 'zod';
import { type SessionEvent, type SessionEventType, sessionEventSchema, versionOf } from './events.ts';

type Step = (event: Record<string, unknown>) => Record<string, unknown>;

/** What lifts a stored shape to the next version of its type: `steps[type][n]` turns version n into n + 1. Stored events are never edited. */
const steps: Partial<Record<SessionEventType, Record<number, Step>>> = {};

const versioned = z.looseObject({ type: z.string(), schemaVersion: z.number().int().positive() });

export type ParsedEvent =
  | { ok: true; event: SessionEvent }
  /** `unknownType`: it may well be an event, of a type or a version that only newer programs know. */
  | { ok: false; reason: string; unknownType?: string };

const ofType: ReadonlyMap<unknown, z.ZodType<SessionEvent>> = new Map(
  sessionEventSchema.options.map((option) => [option.shape.type.value, option]),
);
const compiled = new Map<unknown, z.ZodType<SessionEvent>>();

/**
 * The compiled schema (same answers, five times sooner) of what says that it is of a type of ours. Each when it is first asked for: a start
 * meets few of them. Not all types in one, which is too large a function for the engine to optimise.
 */
const todaysSchema = (value: unknown): z.ZodType<SessionEvent> | undefined => {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const known = compiled.get(type);
  if (known) return known;
  const schema = ofType.get(type);
  if (!schema) return undefined;
  const fast = z.compile(schema);
  compiled.set(type, fast);
  return fast;
};

/**
 * Turns what came from outside (a log entry, a line of an ingest batch) into today's event.
 * Never throws: a value of a newer version, an unknown type or a wrong field comes back as the reason.
 */
export const parseEvent = (value: unknown): ParsedEvent => {
  // Nearly all is today's: what is not, is looked at more closely.
  const today = todaysSchema(value)?.safeParse(value);
  return today?.success ? { ok: true, event: today.data } : parseOther(value);
};

const parseOther = (value: unknown): ParsedEvent => {
  const head = versioned.safeParse(value);
  if (!head.success) return { ok: false, reason: `not an event: ${firstIssue(head.error)}` };
  const { type, schemaVersion } = head.data;
  const today = versionOf(type);
  if (today === undefined || schemaVersion > today) {
    return { ok: false, reason: 'a type of event that this board does not know (a newer agent)', unknownType: type };
  }
  let event: Record<string, unknown> = head.data;
  for (let version = schemaVersion; version < today; version++) {
    const step = steps[type as SessionEventType]?.[version];
    if (!step) return { ok: false, reason: `no way from version ${version} of ${type}` };
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
