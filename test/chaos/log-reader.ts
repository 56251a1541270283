import { eventId, type SessionEvent, START_OFFSET } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import { evolve, type SessionState } from '@crewboard/status';

const READ = 1_000;

/** The board itself tells of several sessions of a machine at the same moment: their ids differ by the session alone. */
export const idOf = (event: SessionEvent): string => `${event.sessionId}/${eventId(event)}`;

/** What the log has so far: the ids of all events, and the state of each session that they come to when each is folded once. */
export interface LogReader {
  ids: ReadonlySet<string>;
  states: ReadonlyMap<string, SessionState>;
  /** Entries that say what an earlier one said: allowed, since the fold knows them. */
  readonly repeats: number;
  /** Reads on to its end. */
  read(): Promise<void>;
}

export const createLogReader = (log: EventLog): LogReader => {
  const ids = new Set<string>();
  const states = new Map<string, SessionState>();
  const offsets = Array.from({ length: log.partitions }, () => START_OFFSET);
  let repeats = 0;
  return {
    ids,
    states,
    get repeats() {
      return repeats;
    },
    read: async () => {
      for (const [partition, offset] of offsets.entries()) {
        for (let after = offset; ; ) {
          const entries = await log.read(partition, { after, count: READ });
          for (const entry of entries) {
            if (!entry.ok) continue;
            const id = idOf(entry.event);
            if (ids.has(id)) {
              repeats += 1;
              continue;
            }
            ids.add(id);
            const { sessionId } = entry.event;
            states.set(sessionId, evolve(states.get(sessionId), entry.event));
          }
          after = entries.at(-1)?.offset ?? after;
          offsets[partition] = after;
          if (entries.length < READ) break;
        }
      }
    },
  };
};
