import { HISTORY_MAX } from './event-log.ts';

/**
 * How a partition's histories lie in one hash: a session's changes are numbered from 0, change n is in the field
 * `<n mod HISTORY_MAX>:<session id>`, and `n:<session id>` counts them. So the oldest makes room by being overwritten,
 * one command reads a history whole, and a script needs no key but this one. See `SAVE`.
 */
export const historyFields = (sessionId: string): string[] => [
  `n:${sessionId}`,
  ...Array.from({ length: HISTORY_MAX }, (_, slot) => `${slot}:${sessionId}`),
];

/** The values of `historyFields`, with the oldest change first. */
export const toHistory = ([count, ...slots]: readonly (string | null)[]): string[] => {
  const oldest = Number(count ?? 0) % HISTORY_MAX;
  // Before all slots are taken, those from the count on are empty.
  return [...slots.slice(oldest), ...slots.slice(0, oldest)].filter((raw) => raw !== null);
};
