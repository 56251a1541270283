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

const entrySchema = z.tuple([z.string()]).rest(z.unknown());

const countsSchema = z.object({
  length: z.number(),
  'last-generated-id': z.string(),
  'entries-added': z.number(),
});

const infoSchema = fields.pipe(countsSchema.extend({ 'first-entry': entrySchema.nullable() }));

/** Of `XINFO STREAM … FULL`, which tells of the groups, too. */
const fullInfoSchema = fields.pipe(
  countsSchema.extend({
    entries: z.array(entrySchema),
    groups: z.array(
      fields.pipe(
        z.object({
          name: z.string(),
          'last-delivered-id': z.string(),
          'entries-read': z.number().nullable().default(null),
        }),
      ),
    ),
  }),
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
  return endsOf(info, info['first-entry']);
};

const endsOf = (
  { length, 'last-generated-id': last, 'entries-added': added }: z.infer<typeof countsSchema>,
  first: z.infer<typeof entrySchema> | null | undefined,
): StreamEnds => {
  if (length === added) return { last, horizon: START_OFFSET };
  return { last, horizon: first ? before(first[0]) : last };
};

/**
 * Whether entries were dropped that a group was never handed, from the reply of `XINFO STREAM … FULL`. Where Redis lost count, as it
 * does when single entries are deleted, those that may have been count.
 */
export const hasMissed = (reply: unknown, name: string): boolean => {
  const { entries, groups, ...info } = fullInfoSchema.parse(reply);
  const group = groups.find((one) => one.name === name);
  const { last, horizon } = endsOf(info, entries[0]);
  const delivered = group?.['last-delivered-id'] ?? START_OFFSET;
  if (delivered === START_OFFSET || delivered === last || compareOffsets(delivered, horizon) >= 0) return false;
  // All that is left is unread.
  const read = group?.['entries-read'] ?? null;
  return read === null || read + info.length < info['entries-added'];
};

export const isNoSuchKey = (error: unknown): boolean => error instanceof Error && error.message.includes('no such key');
