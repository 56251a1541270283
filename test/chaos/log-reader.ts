import { eventId, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import { evolve, type SessionState } from '@crewboard/status';

const READ = 1_000;

/** The board itself tells of several sessions of a machine at the same moment: their ids differ by the session alone. */
export const idOf = (event: SessionEvent): string => `${event.sessionId}/${eventId(event)}`;

/** What the log has of one session. */
export interface Logged {
  /** Ids of what its machine told, in the order of the log. */
  ids: ReadonlySet<string>;
  /** What the board itself told of it, each with how much its machine had told before. */
  told: readonly { event: SessionEvent; after: number }[];
  /** What all that comes to when each event is folded once. */
  state: SessionState;
}

/** What the log has so far. */
export interface LogReader {
  sessions: ReadonlyMap<string, Logged>;
  /** Of all events. */
  readonly events: number;
  /** Entries that say what an earlier one said: allowed, since the fold knows them. */
  readonly repeats: number;
  /** Reads on to its end. */
  read(): Promise<void>;
}

const isTold = ({ source }: SessionEvent): boolean => source === 'machine' || source === 'person';

export const createLogReader = (log: EventLog): LogReader => {
  const all = new Set<string>();
  const sessions = new Map<string, { ids: Set<string>; told: Logged['told'][number][]; state: SessionState }>();
  const offsets = Array.from({ length: log.partitions }, () => START_OFFSET);
  let repeats = 0;

  const take = (event: SessionEvent): void => {
    const id = idOf(event);
    if (all.has(id)) {
      repeats += 1;
      return;
    }
    all.add(id);
    const known = sessions.get(event.sessionId);
    const state = evolve(known?.state, event);
    const session = known ?? { ids: new Set(), told: [], state };
    session.state = state;
    if (isTold(event)) session.told.push({ event, after: session.ids.size });
    else session.ids.add(id);
    sessions.set(event.sessionId, session);
  };

  return {
    sessions,
    get events() {
      return all.size;
    },
    get repeats() {
      return repeats;
    },
    read: async () => {
      for (const [partition, offset] of offsets.entries()) {
        for (let after = offset; ; ) {
          const entries = await log.read(partition, { after, count: READ });
          for (const entry of entries) if (entry.ok) take(entry.event);
          after = entries.at(-1)?.offset ?? after;
          offsets[partition] = after;
          if (entries.length < READ) break;
        }
      }
    },
  };
};
