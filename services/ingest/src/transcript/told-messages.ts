import type { SessionEvent } from '@crewboard/contract';

/** More than a machine writes in a day. The oldest are forgotten. */
const REMEMBERED = 20_000;

/**
 * Remembers which file told the tokens of a message, so that a copy of it in another file counts nothing: files of
 * subagents and of sessions in the background may hold copies under new `uuid`s. A copy keeps the message's id and its time; ids
 * alone do not do, as not every gateway makes them unique. Not covered: copies read in different runs of the agent, those of
 * messages long ago, and copies that got a time of their own.
 */
export interface ToldMessages {
  /** True for tokens that another file than this one told. To be asked once for each event, as it remembers the others. */
  isToldElsewhere(event: SessionEvent, path: string): boolean;
}

export const createToldMessages = (): ToldMessages => {
  const pathByMessage = new Map<string, string>();
  return {
    isToldElsewhere(event, path) {
      if (event.type !== 'TokensUsed') return false;
      const message = `${event.data.messageId}@${event.occurredAt}`;
      const known = pathByMessage.get(message);
      if (known !== undefined) return known !== path;
      pathByMessage.set(message, path);
      if (pathByMessage.size > REMEMBERED) {
        const oldest = pathByMessage.keys().next().value;
        if (oldest !== undefined) pathByMessage.delete(oldest);
      }
      return false;
    },
  };
};
