import { z } from 'zod';
import type { Next } from './records.ts';

/** A record as both backends store it, as JSON. `expiresAt` is in ms since 1970; null for never. The script in `redis-records.ts` reads it too. */
const storedSchema = z.object({ value: z.unknown(), expiresAt: z.number().nullable() });
type Stored = z.infer<typeof storedSchema>;

const parseAnew = (text: string): Stored | undefined => {
  try {
    return storedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** So many texts are remembered with what they say, the last ones that were read. */
const REMEMBERED = 1_000;
const remembered = new Map<string, Stored | undefined>();

/** A record is read anew each time, and nearly always says what it said: the same text is the same object, which nobody changes. */
const parse = (text: string): Stored | undefined => {
  if (remembered.has(text)) return remembered.get(text);
  const stored = parseAnew(text);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(text, stored);
  return stored;
};

const isOver = ({ expiresAt }: Stored, now: number): boolean => expiresAt !== null && expiresAt <= now;

/** The value in a stored text; `undefined` where there is no text, it can't be read, or it has expired at `now`. */
export const storedValue = (text: string | null | undefined, now: number): unknown => {
  const stored = text == null ? undefined : parse(text);
  return stored === undefined || isOver(stored, now) ? undefined : stored.value;
};

/** What can't be read has not expired: it stays for a person to look at, until it is written over. */
export const hasExpired = (text: string, now: number): boolean => {
  const stored = parse(text);
  return stored !== undefined && isOver(stored, now);
};

/** `undefined` where the record is to be removed. */
export const toStored = (next: Exclude<Next, 'keep'>, now: number): string | undefined =>
  next === 'remove'
    ? undefined
    : JSON.stringify({
        value: next.value,
        expiresAt: next.ttlMs === undefined ? null : now + next.ttlMs,
      } satisfies Stored);
