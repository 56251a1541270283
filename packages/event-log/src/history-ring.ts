import { HISTORY_MAX } from './event-log.ts';

/**
 * Both backends keep a session's history as a ring: a count of all changes that were told, and change n, from 0, in slot
 * n mod `HISTORY_MAX`. So the oldest makes room by being overwritten, and nothing is read to append. Stored rings have
 * the size they were made with: another `HISTORY_MAX` needs another `BOARD_VERSION`.
 * @param taken the texts of the slots that are taken, by slot
 * @returns the oldest first
 */
export const inOrder = (taken: readonly string[], count: number): string[] => {
  const oldest = count > HISTORY_MAX ? count % HISTORY_MAX : 0;
  return [...taken.slice(oldest), ...taken.slice(0, oldest)];
};

/** The fields of a session's ring in the one hash of its partition, its count first: `SAVE` in `lua.ts` writes them. */
export const ringFields = (sessionId: string): string[] => [
  `n:${sessionId}`,
  ...Array.from({ length: HISTORY_MAX }, (_, slot) => `${slot}:${sessionId}`),
];

/** A history, the oldest first, from the values of {@link ringFields}. */
export const fromRingFields = ([count, ...slots]: readonly (string | null)[]): string[] =>
  inOrder(
    slots.filter((raw) => raw !== null),
    Number(count),
  );
