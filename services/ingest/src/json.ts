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

const DAY_MS = 24 * 60 * 60_000;

/**
 * A time in ms since 1970 that something can have happened at; 0 for any other number. What lies more than a day ahead of its
 * observation was written with a wrong clock, and would hold the session's clock there.
 */
export const plausibleTime = (time: number, observedAt: number): number =>
  time > 0 && time <= observedAt + DAY_MS ? Math.trunc(time) : 0;
