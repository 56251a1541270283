/**
 * Field by field access to JSON of another program. Its shape changes between versions: a field that is missing or of
 * another type counts as absent, and never makes the rest of the entry unreadable.
 */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text that says something, or `undefined`. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A whole number of at least 0; anything else is 0. */
export const countOf = (value: unknown): number => countOrNull(value) ?? 0;

export const countOrNull = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : null;

export const objectsOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
