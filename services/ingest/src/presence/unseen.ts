import { EVENT_VERSION, type SessionEvent } from '@crewboard/contract';
import { nameOf } from '../privacy/texts.ts';

/** What the transcripts tell of a session. */
export interface SeenSession {
  sessionId: string;
  clientVersion: string | null;
  /** Its last line, in ms since 1970. */
  lastSignAt: number;
}

/** Since this version each running client keeps a presence file. */
const PRESENCE_SINCE = [2, 1, 139] as const;

/** A client that just started may have written a line before its presence was read. */
const QUIET_MS = 2 * 60_000;

export interface UnseenContext {
  machine: string;
  live: ReadonlySet<string>;
  /** Sessions that were told to be over, and when. */
  ended: ReadonlyMap<string, number>;
  now: number;
}

/**
 * The ends that nobody saw: sessions with transcripts of a client that keeps a presence, which have none and are quiet.
 * Each is told once, at its last sign, until it gives another one. Pure.
 */
export const unseenExits = (sessions: Iterable<SeenSession>, context: UnseenContext): SessionEvent[] => {
  const { machine, live, ended, now } = context;
  const events: SessionEvent[] = [];
  for (const { sessionId, clientVersion, lastSignAt } of sessions) {
    if (lastSignAt <= 0 || now - lastSignAt < QUIET_MS || live.has(sessionId)) continue;
    if ((ended.get(sessionId) ?? -1) >= lastSignAt || !keepsPresence(clientVersion)) continue;
    events.push({
      type: 'ProcessExited',
      schemaVersion: EVENT_VERSION,
      sessionId,
      machine,
      source: 'process',
      stream: nameOf(`process:${sessionId}`),
      position: lastSignAt,
      occurredAt: lastSignAt,
      data: { pid: null, how: 'unseen' },
    });
  }
  return events;
};

export const keepsPresence = (version: string | null): boolean => {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '');
  if (!found) return false;
  for (const [index, least] of PRESENCE_SINCE.entries()) {
    const part = Number(found[index + 1]);
    if (part !== least) return part > least;
  }
  return true;
};
