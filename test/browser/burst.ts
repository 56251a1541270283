import { type Session, STATUSES } from '@crewboard/contract';
import type { Page } from 'playwright-core';

/** A stream of changes to sessions, the same at each run. */
export interface Burst {
  /** So many changes, each of another session. */
  next(count: number): Session[];
  /** Every session as it was told last, by its id. */
  last(): ReadonlyMap<string, Session>;
}

/** Goes through all sessions in an order of its own; each change has a number in title and line, one of four changes the column. */
export const createBurst = (sessions: readonly Session[]): Burst => {
  const last = new Map(sessions.map((session) => [session.sessionId, session]));
  const ids = [...last.keys()];
  // Without a common divisor, a stride comes by every session before it comes back.
  const stride = 7_919;
  let told = 0;
  const change = (): Session => {
    told += 1;
    const before = last.get(ids[(told * stride) % ids.length] ?? '');
    if (!before) throw new Error('a burst needs sessions');
    const status = told % 4 === 0 ? STATUSES[(STATUSES.indexOf(before.status) + 1) % STATUSES.length] : before.status;
    const after: Session = {
      ...before,
      status: status ?? 'working',
      since: status === before.status ? before.since : before.since + told,
      ended: false,
      title: `Change ${told} of ${before.sessionId}`,
      now: `Line ${told} of ${before.sessionId}`,
    };
    last.set(after.sessionId, after);
    return after;
  };
  return { next: (count) => Array.from({ length: count }, change), last: () => last };
};

/** Where the page shows a session, and under which title. */
export interface Shown {
  column: string;
  title: string;
}

const SHOWN = `Array.from(document.querySelectorAll('[data-column] [data-session]'), (place) => [
  place.dataset.session,
  {
    column: place.closest('[data-column]').dataset.column,
    title: (place.querySelector('h3, bdi') ?? place).textContent.trim(),
  },
])`;

/**
 * All that the board shows now, by session. Found and read in one go: between two, up to eight cards a frame take the place of their sketches,
 * and what was found is in no column any more.
 */
export const shownBy = async (page: Page): Promise<ReadonlyMap<string, Shown>> =>
  new Map((await page.evaluate(SHOWN)) as [string, Shown][]);

/** Sessions of which the page does not show the last state, with what it shows. */
export const wrongOn = (shown: ReadonlyMap<string, Shown>, sessions: Iterable<Session>): string[] =>
  Array.from(sessions).flatMap(({ sessionId, status, title }) => {
    const place = shown.get(sessionId);
    return place?.column === status && place.title === title
      ? []
      : [`${sessionId} is ${status}, “${title}”, and shown as ${place?.column}, “${place?.title}”`];
  });
