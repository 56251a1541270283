import type { Session } from './card.ts';
import type { BoardChange, FeedMessage } from './changes.ts';

/** Every session by its id, true at `offset` (null before the first snapshot). Replaced, never mutated. */
export interface Board {
  offset: string | null;
  sessions: ReadonlyMap<string, Session>;
}

export const emptyBoard: Board = { offset: null, sessions: new Map() };

/** Applies what a feed said. Pure; gateway and web run this same function. */
export const reduceBoard = (board: Board, message: FeedMessage): Board => {
  switch (message.kind) {
    case 'snapshot':
      return {
        offset: message.offset,
        sessions: new Map(message.sessions.map((session) => [session.sessionId, session])),
      };
    case 'change': {
      const sessions = new Map(board.sessions);
      if (message.session) sessions.set(message.sessionId, message.session);
      else sessions.delete(message.sessionId);
      return { offset: message.offset, sessions };
    }
    case 'reset':
      return emptyBoard;
  }
};

/**
 * The session after one entry of the changelog: a card keeps the summary and pull request that were there before it.
 * `undefined` when the session is gone, or when an enrichment came for one that has no card (yet).
 */
export const applyChange = (session: Session | undefined, change: BoardChange): Session | undefined => {
  switch (change.type) {
    case 'CardChanged':
      return { ...change.card, summary: session?.summary ?? null, pullRequest: session?.pullRequest ?? null };
    case 'CardRemoved':
      return undefined;
    case 'SummaryWritten':
      return session && { ...session, summary: change.summary };
    case 'PullRequestSeen':
      return session && { ...session, pullRequest: change.pullRequest };
  }
};
