import type { Session } from './card.ts';
import type { EnrichmentChange, FeedMessage } from './changes.ts';
import { compareOffsets } from './offset.ts';

/** Every session by its id, true at `offset` (null before the first snapshot). Replaced, never mutated. */
export interface Board {
  offset: string | null;
  sessions: ReadonlyMap<string, Session>;
}

export const emptyBoard: Board = { offset: null, sessions: new Map() };

/** Applies what a feed said. Pure; gateway and web run this same function. */
export const reduceBoard = (board: Board, message: FeedMessage): Board => reduceBoardAll(board, [message]);

/** The same for many messages, in order: however many they are, what was there is copied once. */
export const reduceBoardAll = (board: Board, messages: readonly FeedMessage[]): Board => {
  let { offset } = board;
  let copy: Map<string, Session> | undefined;
  for (const message of messages) {
    switch (message.kind) {
      case 'snapshot':
        offset = message.offset;
        copy = new Map(message.sessions.map((session) => [session.sessionId, session]));
        break;
      case 'change':
        offset = message.offset;
        copy ??= new Map(board.sessions);
        if (message.session) copy.set(message.sessionId, message.session);
        else copy.delete(message.sessionId);
        break;
      case 'reset':
        offset = emptyBoard.offset;
        copy = new Map();
        break;
    }
  }
  return copy ? { offset, sessions: copy } : board;
};

/** What the enricher knows of a session. */
export type Enrichment = Pick<Session, 'summary' | 'brief' | 'pullRequest'>;

export const noEnrichment: Enrichment = { summary: null, brief: null, pullRequest: null };

/** The enrichment after one more change. A summary that covers less than the one that is there changes nothing. */
export const applyEnrichment = (known: Enrichment, change: EnrichmentChange): Enrichment => {
  if (change.type === 'PullRequestSeen') return { ...known, pullRequest: change.pullRequest };
  const { summary, brief } = change;
  return known.brief && compareOffsets(brief.through, known.brief.through) < 0 ? known : { ...known, summary, brief };
};
