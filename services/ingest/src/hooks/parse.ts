import { EVENT_VERSION, isSessionId, type SessionEvent } from '@crewboard/contract';
import { type JsonObject, textOf } from '../json.ts';
import { nameOf } from '../privacy/texts.ts';
import type { Fact } from '../transcript/facts.ts';
import { type Locate, locatedAt } from '../transcript/place.ts';
import { hookFacts, isSilentName } from './facts.ts';
import { createHookMemory, type SessionMemory } from './memory.ts';
import { readPayload } from './payload.ts';

/** Positions that one payload may take. */
export const POSITIONS = 16;

export interface HookParserOptions {
  machine: string;
  owner: string | null;
  stream: string;
  locate: Locate;
}

export interface ParsedPayload {
  events: SessionEvent[];
  /** Why the payload could not be read. */
  problem?: string;
  /** The name of an event that nothing is known of. */
  unknownName?: string;
}

/** Pure but for what it remembers of each session; never throws, whatever the payload is. */
export interface HookParser {
  /**
   * Events take positions from `position` to `position + 15`: 0 is the place, 1 the permission mode, the others follow. They are
   * told to have occurred at `observedAt`, in ms since 1970: no payload has a time of its own. One that breaks off tells what is sure.
   */
  payload(raw: Buffer | string, position: number, observedAt: number): ParsedPayload;
}

export const createHookParser = ({ machine, owner, stream, locate }: HookParserOptions): HookParser => {
  const memory = createHookMemory();

  const located = (payload: JsonObject, session: SessionMemory): Fact[] => {
    const cwd = textOf(payload.cwd);
    if (cwd === undefined || cwd === session.cwd) return [];
    session.cwd = cwd;
    const whereabouts = { place: locate(cwd), cwd, gitBranch: undefined, version: undefined, entrypoint: undefined };
    return [{ type: 'SessionLocated', data: locatedAt(whereabouts, owner) }];
  };

  const changedMode = (payload: JsonObject, session: SessionMemory): Fact[] => {
    const said = textOf(payload.permission_mode);
    const mode = said === undefined ? undefined : nameOf(said);
    if (mode === undefined || mode === session.mode) return [];
    session.mode = mode;
    return [{ type: 'PermissionModeChanged', data: { mode } }];
  };

  const parse = (payload: JsonObject, position: number, observedAt: number): ParsedPayload => {
    const sessionId = textOf(payload.session_id);
    const name = textOf(payload.hook_event_name);
    if (name === undefined) return { events: [], problem: 'a payload without an event name' };
    if (sessionId === undefined || !isSessionId(sessionId))
      return { events: [], problem: 'a payload without a session' };
    if (isSilentName(name)) return { events: [] };
    const said = textOf(payload.agent_id);
    const agentId = said === undefined ? undefined : nameOf(said);
    const occurredAt = Math.max(0, Math.trunc(observedAt));
    const session = memory.of(sessionId, occurredAt);
    const told = hookFacts(name, payload, agentId, session);
    if (told === undefined) return { events: [], unknownName: nameOf(name) };
    // A subagent may work elsewhere and in another mode: neither is the session's.
    const place = agentId === undefined ? located(payload, session) : [];
    const mode = agentId === undefined ? changedMode(payload, session) : [];
    if (name === 'SessionEnd') memory.forget(sessionId);
    const stamp = (fact: Fact, slot: number, about: string | undefined): SessionEvent =>
      Object.assign(fact, {
        schemaVersion: EVENT_VERSION,
        sessionId,
        machine,
        source: 'hook' as const,
        stream,
        position: position + slot,
        occurredAt,
        ...(about === undefined ? undefined : { agentId: about }),
      } as const);
    const events = [
      ...place.map((fact) => stamp(fact, 0, undefined)),
      ...mode.map((fact) => stamp(fact, 1, undefined)),
      ...told.map((fact, index) => stamp(fact, 2 + index, agentId)),
    ];
    return { events };
  };

  return {
    payload(raw, position, observedAt) {
      const read = readPayload(raw);
      if ('problem' in read) return { events: [], problem: read.problem };
      try {
        return parse(read.fields, position, observedAt);
      } catch (error) {
        return {
          events: [],
          problem: `the payload cannot be understood: ${error instanceof Error ? error.name : 'unknown'}`,
        };
      }
    },
  };
};
