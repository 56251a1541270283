import { openNeeds, type Session } from '@crewboard/contract';
import { z } from 'zod';

/**
 * A person wants to hear nothing of what a session needs: until a time (ms since 1970), or for as long as it needs just that.
 * `on` names what it needed then: once that changes, the snooze is over.
 */
const snoozeSchema = z.object({ until: z.number().int().nonnegative().nullable(), on: z.string() });
export type Snooze = z.infer<typeof snoozeSchema>;

/** By session. */
export const snoozesSchema = z.record(z.string(), snoozeSchema);
export type Snoozes = Readonly<Record<string, Snooze>>;

const MINUTE_MS = 60_000;
/** How long one may snooze, in ms; null until it changes. */
export const SNOOZES = { quarter: 15 * MINUTE_MS, hour: 60 * MINUTE_MS, change: null } as const;
export type SnoozeLength = keyof typeof SNOOZES;

/** What a session needs a person for at the moment, as one text. */
const needsKey = (session: Session): string =>
  openNeeds(session)
    .map(({ id }) => id)
    .join('\n');

export const snoozeFor = (session: Session, length: SnoozeLength, now: number): Snooze => {
  const ms = SNOOZES[length];
  return { until: ms === null ? null : now + ms, on: needsKey(session) };
};

export const isSnoozed = (session: Session, snoozes: Snoozes, now: number): boolean => {
  const snooze = snoozes[session.sessionId];
  return snooze !== undefined && (snooze.until === null || now < snooze.until) && snooze.on === needsKey(session);
};

/** Those that still mean something. `sessionOf` is asked for what stands on the board. */
export const standing = (
  snoozes: Snoozes,
  sessionOf: (sessionId: string) => Session | undefined,
  now: number,
): Snoozes =>
  Object.fromEntries(
    Object.entries(snoozes).filter(([sessionId]) => {
      const session = sessionOf(sessionId);
      return session !== undefined && isSnoozed(session, snoozes, now);
    }),
  );

/** When the next one ends, in ms since 1970; infinity where none does by itself. */
export const nextEnd = (snoozes: Snoozes, now: number): number =>
  Math.min(...Object.values(snoozes).map(({ until }) => (until !== null && until > now ? until : Infinity)), Infinity);
