import { z } from 'zod';

export const ms = z.number().int().nonnegative();
export const count = z.number().int().nonnegative();

/** A tool call without a result. */
export const openToolSchema = z.object({ tool: z.string(), input: z.string(), at: ms });
export type OpenTool = z.infer<typeof openToolSchema>;

/** By tool use id, the oldest first. */
export type OpenTools = Readonly<Record<string, OpenTool>>;

/** At most so many calls, agents, shells are kept of one kind: a session can't grow its row without end. */
export const KEPT = 64;

/** The record without a key; the same record where the key is not in it. */
export const without = <Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Readonly<Record<string, Value>> => {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
};

/** The record with one more entry; the oldest goes where there are too many. */
export const withEntry = <Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value,
  kept = KEPT,
): Readonly<Record<string, Value>> => {
  const added = { ...record, [key]: value };
  if (key in record) return added;
  const keys = Object.keys(added);
  return keys.length > kept && keys[0] !== undefined ? without(added, keys[0]) : added;
};

/** A sum that is still a whole number, whatever was told. */
export const plus = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

/** The list with one more at its end, of which the last are kept. */
export const withLast = <Value>(list: readonly Value[], value: Value): readonly Value[] => [
  ...list.slice(list.length >= KEPT ? 1 : 0),
  value,
];
