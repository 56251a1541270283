import type { SessionEvent } from '@crewboard/contract';
import { createLocate } from '@crewboard/ingest';
import { evolve, type SessionState } from '@crewboard/status';
import { createRecordedTranscripts } from '../../cli/src/replay/transcripts.ts';
import { idOf } from './log-reader.ts';
import type { Machine, PlayedSession } from './machine.ts';

/** What the input alone says of one session: its events, and the state that they come to. */
export interface Expected {
  machine: Machine;
  session: PlayedSession;
  /** Ids of all events. */
  events: readonly string[];
  state: SessionState;
}

/** Reads the transcripts themselves, with nothing in between that could fail, and folds what they say. */
export const createOffline = (owner: string) => {
  const known = new Map<string, Expected>();
  const readTo = new Map<string, number>();
  const locate = createLocate(Date.now);

  const read = async (machine: Machine, session: PlayedSession): Promise<void> => {
    const transcripts = createRecordedTranscripts(machine.claudeDir, { machine: machine.name, owner, locate });
    const told: SessionEvent[] = await transcripts.grow(session.path, session.sizeBytes, session.startedAt);
    const state = told.reduce<SessionState | undefined>(evolve, undefined);
    // Whose first entries are no events is on no board yet.
    if (!state) return;
    known.set(session.sessionId, { machine, session, events: told.map(idOf), state });
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
