import { HISTORY_MAX } from './event-log.ts';

/**
 * Both backends keep a session's history, its story and its spans as rings: a count of all changes that were told, and change n, from 0, in slot
 * n mod `HISTORY_MAX`. So the oldest makes room by being overwritten, and nothing is read to append. Stored rings have
 * the size they were made with: another `HISTORY_MAX` needs another `BOARD_VERSION`.
 * @param taken the texts of the slots that are taken, by slot
 * @returns the oldest first
 */
export const inOrder = (taken: readonly string[], count: number): string[] => {
  const oldest = count > HISTORY_MAX ? count % HISTORY_MAX : 0;
  return [...taken.slice(oldest), ...taken.slice(0, oldest)];
};

/** What is kept as rings: changes of status, what the session did, and the spans of its time. Each has its letter. */
export const RING_LETTERS = { history: 'h', story: 's', spans: 'p' } as const;
export type RingKind = keyof typeof RING_LETTERS;

/** Names one ring among those of a partition. */
export const ringId = (kind: RingKind, sessionId: string): string => `${RING_LETTERS[kind]}:${sessionId}`;

/** The fields of a ring in the one hash of its partition, its count first: `SAVE` in `lua.ts` writes them. */
export const ringFields = (ring: string): string[] => [
  `n:${ring}`,
  ...Array.from({ length: HISTORY_MAX }, (_, slot) => `${slot}:${ring}`),
];

/** A history, the oldest first, from the values of {@link ringFields}. */
export const fromRingFields = ([count, ...slots]: readonly (string | null)[]): string[] =>
  inOrder(
    slots.filter((raw) => raw !== null),
    Number(count),
  );
