import {
  type Machine,
  machineSchema,
  type Span,
  type StatusChange,
  type StoryEntry,
  spanSchema,
  statusChangeSchema,
  storyEntrySchema,
} from '@crewboard/contract';
import type { z } from 'zod';
import { compiledOnUse } from './compiled.ts';
import { parseJson } from './entries.ts';

/** Read whole, for each summary. */
const story = compiledOnUse(storyEntrySchema);

/** Those of some stored texts that are what the schema says. Another version's may not be: they are left out. */
const readable = <Value>(raws: readonly string[], schema: z.ZodType<Value>): Value[] => {
  const values: Value[] = [];
  for (const raw of raws) {
    const json = parseJson(raw);
    const parsed = json.ok ? schema.safeParse(json.value) : undefined;
    if (parsed?.success) values.push(parsed.data);
  }
  return values;
};

export const readableHistory = (raws: readonly string[]): StatusChange[] => readable(raws, statusChangeSchema);
export const readableStory = (raws: readonly string[]): StoryEntry[] => readable(raws, story());
export const readableSpans = (raws: readonly string[]): Span[] => readable(raws, spanSchema);
export const readableMachines = (raws: readonly string[]): Machine[] => readable(raws, machineSchema);
