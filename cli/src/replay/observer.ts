import type { SessionEvent } from '@crewboard/contract';
import {
  createHookParser,
  createLineSplitter,
  createTranscriptParser,
  exitEvent,
  type LineSplitter,
  type Locate,
  type PresenceRecord,
  parsePresence,
  pidOfPresenceFile,
  presenceEvents,
  streamName,
  type TranscriptParser,
  transcriptFileOf,
} from '@crewboard/ingest';

interface Followed {
  splitter: LineSplitter;
  parser: TranscriptParser;
}

/** A payload's events take so many positions, as its file in the spool does. */
const HOOK_POSITIONS = 16;

/**
 * The agent's own parsers, fed by hand at given times instead of by files and watchers. Returns the events of each step, in order.
 */
export const createObserver = (machine: string, locate: Locate) => {
  const followed = new Map<string, Followed>();
  const presences = new Map<number, PresenceRecord>();
  const owner = null;
  let lastPosition = -1;
  const hooks = createHookParser({ machine, owner, stream: 'hooks', locate });
  let hookPosition = -1;

  const follow = (file: string): Followed | undefined => {
    const known = followed.get(file);
    if (known) return known;
    const source = transcriptFileOf(file);
    if (!source) return undefined;
    const { sessionId, agentId } = source;
    const parser = createTranscriptParser({
      sessionId,
      ...(agentId ? { agentId } : {}),
      machine,
      owner,
      stream: streamName('transcript', file, 0),
      locate,
    });
    const added = { splitter: createLineSplitter(0), parser };
    followed.set(file, added);
    return added;
  };

  /** The presence of a process goes: told once, whoever notices it first. */
  const leave = (pid: number, how: 'clean' | 'crashed', observedAt: number): SessionEvent[] => {
    const record = presences.get(pid);
    if (!record) return [];
    presences.delete(pid);
    return [exitEvent(record, how, observedAt, { machine, observedAt, lastPosition })];
  };

  return {
    transcript: (file: string, bytes: Buffer, observedAt: number): SessionEvent[] => {
      const source = follow(file);
      const events: SessionEvent[] = [];
      source?.splitter.push(bytes, (line) => {
        if (line.bytes) events.push(...source.parser.line(line.bytes, line.start, observedAt).events);
      });
      return events;
    },
    presence: (file: string, content: unknown, observedAt: number): SessionEvent[] => {
      const pid = pidOfPresenceFile(file.slice(file.lastIndexOf('/') + 1));
      if (pid === undefined) return [];
      if (content === null) return leave(pid, 'clean', observedAt);
      const next = parsePresence(JSON.stringify(content), pid);
      if (!next) return [];
      const context = { machine, owner, locate, observedAt, lastPosition };
      const change = presenceEvents(presences.get(pid), next, context);
      presences.set(pid, next);
      lastPosition = change.lastPosition;
      return change.events;
    },
    hook: (payload: unknown, observedAt: number): SessionEvent[] => {
      hookPosition = Math.max(hookPosition + HOOK_POSITIONS, observedAt * 1_000);
      return hooks.payload(JSON.stringify(payload), hookPosition, observedAt).events;
    },
    job: (_file: string, _content: unknown, _observedAt: number): SessionEvent[] => [],
    meta: (_file: string, _content: unknown, _observedAt: number): SessionEvent[] => [],
    process: (pid: number, isAlive: boolean, observedAt: number): SessionEvent[] =>
      isAlive ? [] : leave(pid, 'crashed', observedAt),
  };
};
