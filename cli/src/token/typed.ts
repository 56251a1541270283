import { typedNameSchema } from '@crewboard/contract';
import { shown } from './wording.ts';

/** A name from the command line. Throws where it is none; `what` says whose. */
export const parseName = (what: string, text: string): string => {
  const { data } = typedNameSchema.safeParse(text);
  if (data === undefined) {
    throw new Error(`${what} must be 1 to 200 characters, all of them to be seen: “${shown(text)}”`);
  }
  return data;
};

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TTL_MAX_MS = 30 * UNIT_MS.d;

/** A time like 30m, 24h or 7d, in ms. Throws where it is none, or too long for what is as good as a password. */
export const parseTtl = (text: string): number => {
  const { count, unit } = /^(?<count>[1-9]\d{0,4})(?<unit>[mhd])$/.exec(text)?.groups ?? {};
  const ttlMs = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (!(ttlMs <= TTL_MAX_MS)) {
    throw new Error(`--expires is a time like 30m, 24h or 7d, at most 30 days: “${shown(text)}”`);
  }
  return ttlMs;
};
