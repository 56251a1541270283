import type { SessionEvent } from '@crewboard/contract';
import { createLocate } from '@crewboard/ingest';
import { evolve, type SessionState } from '@crewboard/status';
import { createRecordedTranscripts } from '../../cli/src/replay/transcripts.ts';
import { idOf, type Logged } from './log-reader.ts';
import type { Machine, PlayedSession } from './machine.ts';

/** What the input alone says of one session. */
export interface Expected {
  session: PlayedSession;
  events: readonly SessionEvent[];
  ids: ReadonlySet<string>;
}

/** The last that {@link stateOf} answered: boards are looked at again and again until they are right. */
const answered = new WeakMap<readonly SessionEvent[], { told: number; state: SessionState | undefined }>();

/**
 * The state that the input comes to. What the board itself told (that a machine is not heard, is heard again) is no machine's: it is taken from the
 * log, at its place there.
 */
export const stateOf = (events: readonly SessionEvent[], told: Logged['told']): SessionState | undefined => {
  const known = answered.get(events);
  if (known?.told === told.length) return known.state;
  const all = [...events];
  for (const { event, after } of told.toReversed()) all.splice(after, 0, event);
  const state = all.reduce<SessionState | undefined>(evolve, undefined);
  answered.set(events, { told: told.length, state });
  return state;
};

/** Reads the transcripts themselves, with nothing in between that could fail. */
export const createOffline = (owner: string) => {
  const known = new Map<string, Expected>();
  const readTo = new Map<string, number>();
  const locate = createLocate(Date.now);

  const read = async (machine: Machine, session: PlayedSession): Promise<void> => {
    const transcripts = createRecordedTranscripts(machine.claudeDir, { machine: machine.name, owner, locate });
    const events = await transcripts.grow(session.path, session.sizeBytes, session.startedAt);
    // Whose first entries are no events is on no board yet.
    if (events.length > 0) known.set(session.sessionId, { session, events, ids: new Set(events.map(idOf)) });
  };

  return {
    /** Brings it up to what the machines have written by now. */
    update: async (machines: readonly Machine[]): Promise<void> => {
      for (const machine of machines) {
        for (const session of machine.sessions) {
          const { sessionId, sizeBytes } = session;
          if ((readTo.get(sessionId) ?? 0) === sizeBytes) continue;
          await read(machine, session);
          readTo.set(sessionId, sizeBytes);
        }
      }
    },
    sessions: (): ReadonlyMap<string, Expected> => known,
  };
};
