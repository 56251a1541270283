import { EVENT_VERSION, type SessionEvent } from '@crewboard/contract';
import { z } from 'zod';
import { isObject, type JsonObject, plausibleTime, textOf } from '../json.ts';
import { cut, nameOf } from '../privacy.ts';
import { runningAgents } from './agents.ts';
import type { Fact } from './facts.ts';
import { assistantFacts, systemFacts, userFacts } from './messages.ts';
import { shortenStrings } from './shorten.ts';
import { isSilentLine, isSilentType } from './sniff.ts';
import { earlyStateSchema, permissionMode, stateFact, toldStateSchema } from './state-entries.ts';
import { noTokens, releaseHeld, tokenFacts, tokenStateSchema } from './tokens.ts';

/** Where a working folder belongs. `branch` is the folder's own, asked for when the transcript names none. */
export interface Place {
  repo: string;
  remote: string | null;
  branch: string | null;
  worktree: string | null;
}
export type Locate = (cwd: string) => Place;

/** What a parser remembers between lines. Saved with the cursor, so that going on after a restart tells the same events. */
export const parserStateSchema = z.object({
  /** The last `SessionLocated`, as JSON. */
  located: z.string().nullable(),
  clientVersion: z.string().nullable(),
  /** The latest timestamp of the file, for the entries that have none; 0 before the first. */
  seenAt: z.number(),
  told: toldStateSchema,
  early: earlyStateSchema,
  /** Tool calls whose agents run in the background. */
  agents: z.array(z.string()),
  tokens: tokenStateSchema,
});
export type ParserState = z.infer<typeof parserStateSchema>;

export const initialParserState: ParserState = {
  located: null,
  clientVersion: null,
  seenAt: 0,
  told: {},
  early: {},
  agents: [],
  tokens: noTokens,
};

export interface TranscriptParserOptions {
  sessionId: string;
  machine: string;
  owner: string | null;
  stream: string;
  /** Set for a subagent's file: all its events carry it. */
  agentId?: string | undefined;
  locate: Locate;
  state?: ParserState;
}

export interface ParsedLine {
  events: SessionEvent[];
  /** Why the line could not be read. */
  problem?: string;
  /** The type of an entry that nothing is known of. */
  unknownType?: string;
}

/** `line` is pure but for the parser's own state; it never throws, whatever the line is. */
export interface TranscriptParser {
  /**
   * `position` is the line's first byte in the file. Events take positions from there on, fewer than the line has bytes:
   * 0 is the place, 1 the tokens of a message before, the others follow.
   */
  line(line: Buffer | string, position: number, observedAt: number): ParsedLine;
  /** Tells tokens that still wait for their message to end. For a part of a file that nothing follows. */
  finish(position: number, observedAt: number): SessionEvent[];
  state(): ParserState;
}

/** Longer lines are read with their long strings cut: cheaper, and exact for all that leaves. */
const PARSE_WHOLE_BYTES = 8 * 1024;

const CONVERSATION = new Set(['user', 'assistant', 'system']);

export const createTranscriptParser = (options: TranscriptParserOptions): TranscriptParser => {
  const { sessionId, machine, owner, stream, locate } = options;
  let state = options.state ?? initialParserState;

  /** Completes the fact itself: copying it costs more than all the rest of a line. */
  const stamp = (fact: Fact, position: number, occurredAt: number, agentId: string | undefined): SessionEvent =>
    Object.assign(fact, {
      schemaVersion: EVENT_VERSION,
      sessionId,
      machine,
      source: 'transcript' as const,
      stream,
      position,
      occurredAt,
      ...(agentId ? { agentId } : undefined),
    } as const);

  /** What the last place was made of: nearly every entry repeats it. */
  let madeOf: { place: Place; cwd: unknown; gitBranch: unknown; version: unknown; entrypoint: unknown } | undefined;

  const located = (entry: JsonObject): Fact[] => {
    const cwd = textOf(entry.cwd);
    if (!cwd) return [];
    const place = locate(cwd);
    const { gitBranch, version, entrypoint } = entry;
    const isSame = madeOf?.place === place && madeOf.cwd === cwd && madeOf.gitBranch === gitBranch;
    if (isSame && madeOf?.version === version && madeOf?.entrypoint === entrypoint) return [];
    madeOf = { place, cwd, gitBranch, version, entrypoint };
    const said = textOf(gitBranch);
    const data = {
      cwd: cut(cwd, 4096),
      repo: place.repo,
      remote: place.remote,
      branch: said && said !== 'HEAD' ? nameOf(said) : place.branch,
      worktree: place.worktree,
      owner,
      clientVersion: nameOrNull(version),
      entrypoint: nameOrNull(entrypoint),
    };
    const json = JSON.stringify(data);
    if (json === state.located) return [];
    state = { ...state, located: json, clientVersion: data.clientVersion };
    return [{ type: 'SessionLocated', data }];
  };

  /** The fact, unless it was told already. */
  const news = (found: ReturnType<typeof stateFact>): Fact[] => {
    if (!found) return [];
    const json = JSON.stringify(found.fact.data);
    if (state.told[found.kind] === json) return [];
    state = { ...state, told: { ...state.told, [found.kind]: json } };
    if (state.seenAt > 0) return [found.fact];
    state = { ...state, early: { ...state.early, [found.kind]: found.fact } };
    return [];
  };

  const early = (): Fact[] => {
    // Copies: the state may be another parser's too, and `stamp` completes what it gets.
    const facts = Object.values(state.early).map((fact) => ({ ...fact }));
    if (facts.length > 0) state = { ...state, early: {} };
    return facts;
  };

  const released = (): Fact[] => {
    const { state: tokens, released } = releaseHeld(state.tokens);
    state = { ...state, tokens };
    return released ? [{ type: 'TokensUsed', data: released }] : [];
  };

  const assistant = (entry: JsonObject): { before: Fact[]; facts: Fact[] } => {
    const message = isObject(entry.message) ? entry.message : {};
    const counted = tokenFacts(state.tokens, message);
    state = { ...state, tokens: counted.state };
    const facts = assistantFacts(entry, message, textOf(entry.cwd));
    if (counted.told) facts.push({ type: 'TokensUsed', data: counted.told });
    return { before: counted.released ? [{ type: 'TokensUsed', data: counted.released }] : [], facts };
  };

  const conversation = (entry: JsonObject, isAgent: boolean): { before: Fact[]; facts: Fact[] } => {
    if (entry.type === 'assistant') return assistant(entry);
    const before = released();
    state = { ...state, agents: runningAgents(state.agents, entry) };
    if (entry.type === 'system') return { before, facts: systemFacts(entry, state.agents.length) };
    const mode = isAgent ? [] : news(permissionMode(entry.permissionMode));
    return { before, facts: [...mode, ...userFacts(entry, isAgent)] };
  };

  const parse = (entry: JsonObject, position: number, observedAt: number): ParsedLine => {
    const type = textOf(entry.type);
    const timestamp = timeOf(entry.timestamp, observedAt);
    if (timestamp > state.seenAt) state = { ...state, seenAt: timestamp };
    const occurredAt = timestamp || state.seenAt || observedAt;
    if (!type) return { events: [], problem: 'an entry without a type' };
    if (!CONVERSATION.has(type)) {
      const found = stateFact(entry);
      if (found === undefined) return isSilentType(type) ? { events: [] } : { events: [], unknownType: type };
      const events = news(found).map((fact) => stamp(fact, position + 2, occurredAt, options.agentId));
      return { events };
    }
    // Before 2.1 subagents wrote into their parent's file.
    const agentId =
      options.agentId ?? (entry.isSidechain === true ? nameOf(textOf(entry.agentId) ?? 'sidechain') : undefined);
    const isAgent = agentId !== undefined;
    const place = isAgent ? [] : located(entry);
    const { before, facts: said } = conversation(entry, isAgent);
    const facts = [...early(), ...said];
    const events = [
      ...place.map((fact) => stamp(fact, position, occurredAt, undefined)),
      ...before.map((fact) => stamp(fact, position + 1, occurredAt, agentId)),
      ...facts.map((fact, index) => stamp(fact, position + 2 + index, occurredAt, agentId)),
    ];
    return { events };
  };

  return {
    line(line, position, observedAt) {
      const bytes = typeof line === 'string' ? Buffer.from(line) : line;
      if (isSilentLine(bytes)) return { events: [] };
      const text = bytes.length > PARSE_WHOLE_BYTES ? shortenStrings(bytes) : bytes;
      if (!text) return { events: [], problem: 'the line is too long' };
      let entry: unknown;
      try {
        entry = JSON.parse(text.toString('utf8'));
      } catch {
        return text.toString('latin1').trim() === '' ? { events: [] } : { events: [], problem: 'the line is not JSON' };
      }
      return isObject(entry)
        ? parse(entry, position, observedAt)
        : { events: [], problem: 'the line is not an object' };
    },
    finish: (position, observedAt) =>
      released().map((fact) => stamp(fact, position + 1, state.seenAt || observedAt, options.agentId)),
    state: () => state,
  };
};

const nameOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : nameOf(text);
};

const timeOf = (value: unknown, observedAt: number): number =>
  typeof value === 'string' ? plausibleTime(Date.parse(value), observedAt) : 0;
