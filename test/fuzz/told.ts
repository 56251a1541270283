import { type Card, cardSchema, parseEvent, type SessionEvent } from '@crewboard/contract';
import type { Locate } from '@crewboard/ingest';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { must } from './boundary.ts';

/** The present of all inputs: nothing here asks a clock. */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const locate: Locate = (cwd) => ({ repo: cwd.slice(0, 200), remote: null, branch: null, worktree: null });

/** What a source told is what the log takes, whatever it was told from. */
export const mustBeEvents = (events: readonly SessionEvent[]): void => {
  for (const event of events) {
    const parsed = parseEvent(JSON.parse(JSON.stringify(event)));
    must(parsed.ok, 'every event is one of the contract', parsed.ok ? undefined : [parsed.reason, event]);
  }
};

/** The cards that events make, each as the board stores it. */
export const cardsOf = (events: readonly SessionEvent[]): Card[] => {
  const states = new Map<string, SessionState>();
  for (const event of events) states.set(event.sessionId, evolve(states.get(event.sessionId), event));
  return [...states.values()].map((state) => {
    const card = JSON.parse(JSON.stringify(advance(state, NOW + 1_000).card));
    must(cardSchema.safeParse(card).success, 'a card is one of the contract', card);
    return card;
  });
};
