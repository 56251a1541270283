import { askSchema, claimSchema, STATUSES } from '@crewboard/contract';
import { z } from 'zod';
import { workSchema } from './spans/work.ts';
import { factsSchema, noFacts } from './views/facts.ts';
import { count, ms } from './views/fields.ts';
import { hooksSchema, silentHooks } from './views/hooks.ts';
import { jobSchema } from './views/job.ts';
import { keptSchema, nothingKept } from './views/kept.ts';
import { processesSchema } from './views/processes.ts';
import { initialTranscript, transcriptSchema } from './views/transcript.ts';

/**
 * The status that was last decided: since when (a change of source alone does not begin it anew), when time alone may
 * change it (null for never), what of it is told as a change (`key`), and the asks whose end is to be told.
 */
const shownSchema = z.object({
  status: z.enum(STATUSES),
  since: ms,
  until: ms.nullable(),
  key: z.string(),
  asks: z.array(askSchema).readonly(),
});

/**
 * All that the fold of one session's events keeps: a view for each source, which only that source's events touch. So the order
 * in which the sources arrive does not matter, only each one's own; they are weighed when a status is decided, never before.
 */
export const sessionStateSchema = z.object({
  sessionId: z.string(),
  machine: z.string(),
  /** The latest `occurredAt` of all events so far. */
  clock: ms,
  startedAt: ms,
  /** The last sign that it does something, whoever told it; 0 before the first. */
  lastActivityAt: ms,
  /** The last position seen of each stream: anything at or before it is a repeat. */
  positions: keptSchema(count),

  transcript: transcriptSchema,
  processes: processesSchema,
  hooks: hooksSchema,
  job: jobSchema.nullable(),
  /** The board hears nothing of the machine. */
  machineLost: z.object({ silentSince: ms }).nullable(),
  facts: factsSchema,
  /** The last that anybody looked at; whether it is still needed, the other views tell. */
  claim: claimSchema.nullable().default(null),
  /** The work under way, until it is told as a span. */
  work: workSchema.nullable(),

  shown: shownSchema.nullable(),
  /** What only passing time has changed of it since the last event: up to when, and what the events alone had left. */
  passed: z.object({ at: ms, from: shownSchema }).nullable().default(null),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** A session of which nothing is known but that an event named it. */
export const initialState = (sessionId: string, machine: string, at: number): SessionState => ({
  sessionId,
  machine,
  clock: at,
  startedAt: at,
  lastActivityAt: 0,
  positions: nothingKept(),
  transcript: initialTranscript,
  processes: nothingKept(),
  hooks: silentHooks,
  job: null,
  machineLost: null,
  facts: noFacts,
  claim: null,
  work: null,
  shown: null,
  passed: null,
});
