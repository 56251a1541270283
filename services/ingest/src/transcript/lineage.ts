import { isSessionId } from '@crewboard/contract';
import { z } from 'zod';
import { isObject, type JsonObject, textOf } from '../json.ts';

const position = z.number().int().nonnegative();

/** What the client's own totals were when the history was copied. A fork counts on from there where it keeps the `startTime`. */
export const costBeforeSchema = z.object({
  startTime: z.number(),
  costUsd: z.number(),
  linesAdded: z.number(),
  linesRemoved: z.number(),
});
export type CostBefore = z.infer<typeof costBeforeSchema>;

/** The history that a file begins with is a copy of another session's: the same entries, with their old times and ids. */
const forkSchema = z.object({
  kind: z.literal('fork'),
  fromSessionId: z.string(),
  how: z.enum(['fork', 'background']),
  /** The first prompt in the copy. */
  goal: z.string().nullable(),
  /** When the copy was made, in ms since 1970. */
  at: z.number(),
  /** Entries that begin before this byte are copies. */
  copiedTo: position,
  /** No entry of its own was seen yet: more of the copy may follow. */
  isOpen: z.boolean(),
  isTold: z.boolean(),
  costBefore: costBeforeSchema.nullable(),
});
export type Fork = z.infer<typeof forkSchema>;

/** `unknown` until the file holds an entry that tells. */
export const lineageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('own') }),
  forkSchema,
]);
export type Lineage = z.infer<typeof lineageSchema>;

export const isCopied = (lineage: Lineage, entry: JsonObject, at: number, sessionId: string): boolean =>
  (lineage.kind === 'fork' && at < lineage.copiedTo) || copiedFrom(entry, sessionId) !== undefined;

/**
 * The session that an entry says it was copied from. Newer clients mark some of their copies: `/branch` all of them,
 * others those of replies. A differing `session_id` is no such mark: it is the process's first session, also after `/clear`.
 */
export const copiedFrom = (entry: JsonObject, sessionId: string): string | undefined => {
  const branched = isObject(entry.forkedFrom) ? textOf(entry.forkedFrom.sessionId) : undefined;
  const from = sessionIdOf(branched ?? entry.requestSessionId);
  return from === sessionId || entry.sessionId !== sessionId ? undefined : from;
};

/** The session that this one was handed over to, in the background. */
export const continuedIn = (entry: JsonObject, sessionId: string): string | undefined => {
  const next = sessionIdOf(entry.continuedInSessionId);
  return next === sessionId ? undefined : next;
};

const sessionIdOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.-]+$/.test(value) && isSessionId(value) ? value : undefined;
