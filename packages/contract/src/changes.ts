import { z } from 'zod';
import { briefSchema, cardSchema, pullRequestSchema, sessionSchema } from './card.ts';
import type { Offset } from './offset.ts';

/** The shape of what stands in the board changelog. A new one begins a new board: read models are rebuilt, not migrated. */
export const BOARD_VERSION = 4;

const sessionId = z.string().min(1).max(200);

/** An entry of the board changelog. The status service writes the first two, the enricher the others. */
export const boardChangeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('CardChanged'), sessionId, card: cardSchema }),
  z.object({ type: z.literal('CardRemoved'), sessionId }),
  z.object({ type: z.literal('SummaryWritten'), sessionId, summary: z.string().max(600), brief: briefSchema }),
  z.object({ type: z.literal('PullRequestSeen'), sessionId, pullRequest: pullRequestSchema.nullable() }),
]);
export type BoardChange = z.infer<typeof boardChangeSchema>;
/** What the enricher writes. It outlives the board: a board that is folded anew keeps it. */
export type EnrichmentChange = Extract<BoardChange, { type: 'SummaryWritten' | 'PullRequestSeen' }>;
export type RecordedChange = BoardChange & { partition: number; offset: Offset };

/**
 * What the gateway says on a feed, in order. `offset` is a board offset, to resume after. A snapshot may come at any time
 * and replaces everything; a change replaces one session (`session: null` takes it away); a reset says that the offset
 * which the client gave is unknown here, and a snapshot follows.
 */
export const feedMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), offset: z.string(), sessions: z.array(sessionSchema) }),
  z.object({ kind: z.literal('change'), offset: z.string(), sessionId, session: sessionSchema.nullable() }),
  z.object({ kind: z.literal('reset') }),
]);
export type FeedMessage = z.infer<typeof feedMessageSchema>;
