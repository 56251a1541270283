import { compareOffsets, type Offset, START_OFFSET } from '@crewboard/contract';
import { z } from 'zod';
import type { RawEntry } from './entries.ts';
import { FIELD } from './lua.ts';

/** An entry's text; an entry that somebody else wrote comes as its fields, which are no JSON of ours. */
export const toRawEntry = ([offset, fields]: readonly [id: string, fields: readonly string[] | null]): RawEntry => ({
  offset,
  raw: fields?.[0] === FIELD && fields[1] !== undefined ? fields[1] : JSON.stringify(fields),
});

const fields = z.array(z.unknown()).transform((flat) => {
  const pairs: [string, unknown][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([String(flat[at]), flat[at + 1]]);
  return Object.fromEntries(pairs);
});

const infoSchema = fields.pipe(
  z.object({
    length: z.number(),
    'last-generated-id': z.string(),
    'max-deleted-entry-id': z.string(),
    'entries-added': z.number(),
    'first-entry': z.tuple([z.string()]).rest(z.unknown()).nullable(),
  }),
);

const groupsSchema = z.array(
  fields.pipe(
    z.object({
      name: z.string(),
      'last-delivered-id': z.string(),
      'entries-read': z.number().nullable().default(null),
    }),
  ),
);

export interface StreamEnds {
  /** The last entry there ever was. */
  last: Offset;
  /** Before the first entry that can still be read, and at or after all that were dropped. */
  horizon: Offset;
}

/** The id just before another. Ids of entries that were dropped may lie before it, never behind. */
const before = (id: Offset): Offset => {
  const [major = 0, minor = 0] = id.split('-').map(Number);
  return minor > 0 ? `${major}-${minor - 1}` : `${major - 1}-${Number.MAX_SAFE_INTEGER}`;
};

/** The ends of a stream that isn't there. */
export const NO_STREAM: StreamEnds = { last: START_OFFSET, horizon: START_OFFSET };

/** From the reply of `XINFO STREAM`. */
export const toStreamEnds = (reply: unknown): StreamEnds => {
  const info = infoSchema.parse(reply);
  const last = info['last-generated-id'];
  const first = info['first-entry'];
  if (info.length === info['entries-added']) return { last, horizon: START_OFFSET };
  return { last, horizon: first ? before(first[0]) : last };
};

/**
 * Whether entries were dropped that a group was never handed, from the replies of `XINFO STREAM` and `XINFO GROUPS`. Where Redis lost
 * count, as it does when single entries are deleted, those that may have been count.
 */
export const hasMissed = (streamInfo: unknown, groupsInfo: unknown, name: string): boolean => {
  const group = groupsSchema.parse(groupsInfo).find((one) => one.name === name);
  const { last, horizon } = toStreamEnds(streamInfo);
  const delivered = group?.['last-delivered-id'] ?? START_OFFSET;
  if (delivered === START_OFFSET || delivered === last || compareOffsets(delivered, horizon) >= 0) return false;
  // All that is left is unread.
  const { length, 'entries-added': added } = infoSchema.parse(streamInfo);
  const read = group?.['entries-read'] ?? null;
  return read === null || read + length < added;
};

export const isNoSuchKey = (error: unknown): boolean => error instanceof Error && error.message.includes('no such key');
