import type { SessionEvent } from '@crewboard/contract';

/** More than a machine writes in a day. So many are remembered at least, twice as many at most. */
const REMEMBERED = 20_000;

/**
 * Remembers which file told the tokens of a message, so that a copy of it in another file counts nothing: files of
 * subagents and of sessions in the background may hold copies under new `uuid`s. A copy keeps the message's id and its time; ids
 * alone do not do, as not every gateway makes them unique. Not covered: copies read in different runs of the agent, those of
 * messages long ago, and copies that got a time of their own.
 */
export interface ToldMessages {
  /** True for tokens that another file than this one told. It remembers the others, by the file that asks first. */
  isToldElsewhere(event: SessionEvent, path: string): boolean;
}

export const createToldMessages = (): ToldMessages => {
  /** The newest, and those before them, which go all at once: to look for the oldest of one map takes longer the more were taken out of it. */
  let told = new Map<string, { at: number; path: string }>();
  let before = told;
  return {
    isToldElsewhere(event, path) {
      if (event.type !== 'TokensUsed') return false;
      const { messageId } = event.data;
      const known = told.get(messageId) ?? before.get(messageId);
      if (known) return known.path !== path && known.at === event.occurredAt;
      if (told.size >= REMEMBERED) {
        before = told;
        told = new Map();
      }
      told.set(messageId, { at: event.occurredAt, path });
      return false;
    },
  };
};
