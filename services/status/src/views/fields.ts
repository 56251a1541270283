import { z } from 'zod';
import { KEPT, type Kept } from './kept.ts';

export const ms = z.number().int().nonnegative();
export const count = z.number().int().nonnegative();

/** A tool call without a result. */
export const openToolSchema = z.object({ tool: z.string(), input: z.string(), at: ms });
export type OpenTool = z.infer<typeof openToolSchema>;

/** By tool use id, the oldest first. */
export type OpenTools = Kept<OpenTool>;

/** A sum that is still a whole number, whatever was told. */
export const plus = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

/** The list with one more at its end, of which the last are kept. */
export const withLast = <Value>(list: readonly Value[], value: Value): readonly Value[] => [
  ...list.slice(list.length >= KEPT ? 1 : 0),
  value,
];
