import { EVENT_VERSION, type SessionEvent } from '@crewboard/contract';
import { isObject, type JsonObject, objectsOf, plausibleTime, textOf } from '../json.ts';
import { cut, nameOf } from '../privacy/texts.ts';
import { runningAgents, withoutReported } from './agents.ts';
import type { Fact } from './facts.ts';
import { gitFacts, withGitCalls } from './git-calls.ts';
import { continuedIn, isCopied, type Lineage } from './lineage.ts';
import { assistantFacts, userFacts } from './messages.ts';
import { initialParserState, type ParserState } from './parser-state.ts';
import { isSameWhereabouts, type Locate, locatedAt, movedTo, type Whereabouts, whereaboutsOf } from './place.ts';
import { absorbedFacts, enqueuedFacts, queuedText } from './queued.ts';
import { RESULT_BYTES, shortenStrings } from './shorten.ts';
import { isSilentLine, isSilentType, isToolResultLine, replyIdOf } from './sniff.ts';
import { permissionMode, stateFact } from './state-entries.ts';
import { type SubagentMeta, subagentFacts } from './subagent.ts';
import { systemFacts } from './system-entries.ts';
import { mayListTasks, withReminder, withTaskCalls, withTaskResult } from './tasks.ts';
import { releaseHeld, tokenFacts } from './tokens.ts';

export { initialParserState, type ParserState, parserStateSchema } from './parser-state.ts';
export type { Locate, Place } from './place.ts';

export interface TranscriptParserOptions {
  sessionId: string;
  machine: string;
  owner: string | null;
  stream: string;
  /** Set for a subagent's file: all its events carry it. */
  agentId?: string | undefined;
  locate: Locate;
  state?: ParserState;
  /** For who counts: of a model's reply nothing is told but its tokens. */
  onlyCounts?: boolean;
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
   * 0 is the place, 1 the tokens of a message before, the others follow. A subagent's file has no places: its beginning and
   * end take that position.
   */
  line(line: Buffer | string, position: number, observedAt: number): ParsedLine;
  /** Tells tokens that still wait for their message to end. For a part of a file that nothing follows. */
  finish(position: number, observedAt: number): SessionEvent[];
  /** What the note beside a subagent's file says that was not told yet. `begin` and `end` are where the lines just read begin and end. */
  subagent(
    meta: SubagentMeta,
    begin: { position: number; at: number },
    end: { position: number; at: number },
  ): SessionEvent[];
  /** From now on, the lines are known to be of a file that was begun so. */
  setLineage(lineage: Lineage): void;
  state(): ParserState;
  /** The same, only to be looked at, and at once: no copy is made. */
  look(): Readonly<ParserState>;
}

/** Longer lines are read with their long strings cut: cheaper, and exact for all that leaves. */
const PARSE_WHOLE_BYTES = 8 * 1024;

const GOAL_MAX = 200;

const CONVERSATION = new Set(['user', 'assistant', 'system']);

/** What stands before a line's facts: positions of their own, see `TranscriptParser.line`. */
interface Told {
  before: Fact[];
  facts: Fact[];
}

export const createTranscriptParser = (options: TranscriptParserOptions): TranscriptParser => {
  const { sessionId, machine, owner, stream, locate } = options;
  /** Changed in place, as copying it for each line costs more than the line; what it holds is replaced, not changed. */
  const state: ParserState = { ...(options.state ?? initialParserState) };

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
      ...(agentId && fact.agentId === undefined ? { agentId } : undefined),
    } as const);

  /** What the last place was made of: nearly every entry repeats it. */
  let madeOf: Whereabouts | undefined;

  const located = (where: Whereabouts | undefined): Fact[] => {
    if (!where || isSameWhereabouts(madeOf, where)) return [];
    madeOf = where;
    const data = locatedAt(where, owner);
    const json = JSON.stringify(data);
    if (json === state.located) return [];
    state.located = json;
    state.clientVersion = data.clientVersion;
    return [{ type: 'SessionLocated', data }];
  };

  /** True once for each value of a kind. */
  const isNews = (kind: string, value: string): boolean => {
    if (state.told[kind] === value) return false;
    state.told = { ...state.told, [kind]: value };
    return true;
  };

  /** The fact, unless it was told already. */
  const news = (found: ReturnType<typeof stateFact>): Fact[] => {
    if (!found || !isNews(found.kind, JSON.stringify(found.fact.data))) return [];
    if (state.seenAt > 0) return [found.fact];
    state.early = { ...state.early, [found.kind]: found.fact };
    return [];
  };

  const isModelTitle = (title: string): boolean => state.told['title:model'] === JSON.stringify({ title, by: 'model' });

  const early = (): Fact[] => {
    if (!hasAny(state.early)) return [];
    // Copies: the state may be another parser's too, and `stamp` completes what it gets.
    const facts = Object.values(state.early).map((fact) => ({ ...fact }));
    state.early = {};
    return facts;
  };

  const released = (): Fact[] => {
    const { state: tokens, released } = releaseHeld(state.tokens);
    state.tokens = tokens;
    return released ? [{ type: 'TokensUsed', data: released }] : [];
  };

  const assistant = (entry: JsonObject, isAgent: boolean): Told => {
    const message = isObject(entry.message) ? entry.message : {};
    const counted = tokenFacts(state.tokens, message);
    state.tokens = counted.state;
    const facts = options.onlyCounts ? [] : assistantFacts(entry, message, textOf(entry.cwd));
    if (!isAgent && facts.some(mayListTasks)) state.tasks = withTaskCalls(state.tasks, objectsOf(message.content));
    if (!isAgent && !options.onlyCounts) state.gitCalls = withGitCalls(state.gitCalls, objectsOf(message.content));
    if (counted.told) facts.push({ type: 'TokensUsed', data: counted.told });
    return { before: counted.released ? [{ type: 'TokensUsed', data: counted.released }] : [], facts };
  };

  const user = (entry: JsonObject, isAgent: boolean): Fact[] => {
    const facts = userFacts(entry, isAgent);
    return isAgent
      ? facts
      : [...news(permissionMode(entry.permissionMode)), ...facts, ...taskList(entry), ...gitResults(entry)];
  };

  const gitResults = (entry: JsonObject): Fact[] => {
    if (state.gitCalls.length === 0) return [];
    const { calls, facts } = gitFacts(state.gitCalls, entry, () => {
      const cwd = textOf(entry.cwd);
      return (cwd && locate(cwd).remote?.split('/')[0]) || null;
    });
    state.gitCalls = calls;
    return facts;
  };

  const taskList = (entry: JsonObject): Fact[] => {
    if (state.tasks.calls.length === 0 || !isObject(entry.message)) return [];
    return objectsOf(entry.message.content).flatMap((result) => {
      const { state: tasks, told } = withTaskResult(state.tasks, result, entry.toolUseResult);
      state.tasks = tasks;
      return told ?? [];
    });
  };

  const noteGoal = (facts: readonly Fact[]): void => {
    if (state.goal !== null) return;
    const prompt = facts.find((fact) => fact.type === 'PromptSubmitted' && fact.data.by !== 'client');
    if (prompt?.type === 'PromptSubmitted') state.goal = cut(prompt.data.text, GOAL_MAX);
  };

  const conversation = (entry: JsonObject, isAgent: boolean, occurredAt: number): Told => {
    if (entry.type === 'assistant') return assistant(entry, isAgent);
    const before = released();
    state.agents = runningAgents(state.agents, entry);
    if (entry.type === 'system') return { before, facts: systemFacts(entry, state.agents.length, occurredAt) };
    const facts = user(entry, isAgent);
    if (!isAgent) noteGoal(facts);
    return { before, facts };
  };

  /** Where the session comes from, unless it was told already. */
  const origin = (): Fact[] => {
    const { lineage } = state;
    if (lineage.kind !== 'fork' || lineage.isTold) return [];
    state.lineage = { ...lineage, isTold: true };
    const { fromSessionId, how, goal } = lineage;
    return [{ type: 'SessionContinued', data: { fromSessionId, how, goal } }];
  };

  /** A copy of another session's entry. It tells where this session comes from and stands, at the time of the copy, and nothing else. */
  const copied = (entry: JsonObject, position: number): SessionEvent[] => {
    const { lineage } = state;
    if (lineage.kind !== 'fork') return [];
    const { at } = lineage;
    if (at > state.seenAt) state.seenAt = at;
    const slots = [origin(), located(whereaboutsOf(entry, locate)), early()];
    return slots.flatMap((facts, slot) =>
      facts.map((fact, index) => stamp(fact, position + slot + index, at, undefined)),
    );
  };

  /** Entries beside the conversation. `undefined` where nothing is known of them. */
  const besides = (entry: JsonObject, type: string): Fact[] | undefined => {
    const { lineage } = state;
    const found = stateFact(entry, lineage.kind === 'fork' ? lineage.costBefore : null);
    // The client names its own title after the session too: that is no person's word.
    const isEcho = type === 'agent-name' && found?.fact.type === 'TitleGiven' && isModelTitle(found.fact.data.title);
    if (found !== undefined) return isEcho ? [] : news(found);
    const moved = movedTo(entry);
    if (moved !== undefined) {
      if (!moved || !isNews(moved.kind, moved.cwd) || state.seenAt === 0) return [];
      const { cwd, gitBranch } = moved;
      const { clientVersion: version } = state;
      return located({ place: locate(cwd), cwd, gitBranch, version, entrypoint: madeOf?.entrypoint });
    }
    if (type === 'queue-operation' || type === 'attachment') return queued(entry);
    return isSilentType(type) ? [] : undefined;
  };

  const queued = (entry: JsonObject): Fact[] => {
    state.agents = withoutReported(state.agents, queuedText(entry));
    const { attachment } = entry;
    if (!isObject(attachment)) return enqueuedFacts(entry);
    if (attachment.type === 'queued_command') return absorbedFacts(entry, attachment);
    if (attachment.type !== 'task_reminder' && attachment.type !== 'todo_reminder') return [];
    const { state: tasks, told } = withReminder(state.tasks, attachment);
    state.tasks = tasks;
    return told ? [told] : [];
  };

  /** The session goes on in the background, as another one: both are told, the other one too. */
  const handedOver = (entry: JsonObject, position: number, occurredAt: number): SessionEvent[] => {
    const next = continuedIn(entry, sessionId);
    if (next === undefined || options.agentId !== undefined || !isNews('continued', next)) return [];
    const left: Fact = { type: 'SessionLeft', data: { pid: null, nextSessionId: next } };
    const data = { fromSessionId: sessionId, how: 'background' as const, goal: state.goal };
    const continued = stamp({ type: 'SessionContinued', data }, position + 3, occurredAt, undefined);
    return [stamp(left, position + 2, occurredAt, undefined), { ...continued, sessionId: next }];
  };

  const parse = (entry: JsonObject, position: number, observedAt: number): ParsedLine => {
    const type = textOf(entry.type);
    if (!type) return { events: [], problem: 'an entry without a type' };
    const isConversation = CONVERSATION.has(type);
    const mayBeCopied = (isConversation || type === 'attachment') && options.agentId === undefined;
    if (mayBeCopied && isCopied(state.lineage, entry, position, sessionId)) return { events: copied(entry, position) };

    const timestamp = timeOf(entry.timestamp, observedAt);
    if (timestamp > state.seenAt) state.seenAt = timestamp;
    const occurredAt = timestamp || state.seenAt || observedAt;
    if (type === 'continued-in') return { events: handedOver(entry, position, occurredAt) };
    // Before 2.1 subagents wrote into their parent's file.
    const agentId =
      options.agentId ?? (entry.isSidechain === true ? nameOf(textOf(entry.agentId) ?? 'sidechain') : undefined);
    if (!isConversation) {
      const facts = besides(entry, type);
      if (facts === undefined) return { events: [], unknownType: type };
      return { events: facts.map((fact, index) => stamp(fact, position + 2 + index, occurredAt, agentId)) };
    }
    const isAgent = agentId !== undefined;
    const place = isAgent ? [] : located(whereaboutsOf(entry, locate));
    const from = isAgent ? [] : origin();
    const { before, facts: said } = conversation(entry, isAgent, occurredAt);
    const facts = [...from, ...early(), ...said];
    const events = [
      ...place.map((fact) => stamp(fact, position, occurredAt, undefined)),
      ...before.map((fact) => stamp(fact, position + 1, occurredAt, agentId)),
      ...facts.map((fact, index) => stamp(fact, position + 2 + index, occurredAt, agentId)),
    ];
    return { events };
  };

  /** A further row of a message that is counted: about half of all. It adds nothing to a count, whatever else it holds. */
  const isCounted = (line: Buffer): boolean => {
    const { held, told } = state.tokens;
    if (held !== null || told.length === 0) return false;
    const id = replyIdOf(line);
    return id !== undefined && told.includes(id);
  };

  return {
    line(line, position, observedAt) {
      const bytes = typeof line === 'string' ? Buffer.from(line) : line;
      if (isSilentLine(bytes) || (options.onlyCounts && isCounted(bytes))) return { events: [] };
      const text = bytes.length > PARSE_WHOLE_BYTES ? shortened(bytes) : bytes;
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
    subagent(meta, begin, end) {
      const { told } = state.subagent;
      const events = subagentFacts(told, meta).flatMap((fact) => {
        const { position, at } = fact.type === 'SubagentStarted' && told === 'nothing' ? begin : end;
        // A position that was used tells the same again: it waits until more is written.
        if (position <= state.subagent.at) return [];
        state.subagent = { told: fact.type === 'SubagentStarted' ? 'started' : 'stopped', at: position };
        return [stamp(fact, position, at, options.agentId)];
      });
      return events;
    },
    setLineage(lineage) {
      state.lineage = lineage;
    },
    state: () => ({ ...state }),
    look: () => state,
  };
};

const shortened = (line: Buffer): Buffer | undefined =>
  isToolResultLine(line) ? shortenStrings(line, RESULT_BYTES) : shortenStrings(line);

const hasAny = (object: object): boolean => {
  for (const _key in object) return true;
  return false;
};

const timeOf = (value: unknown, observedAt: number): number =>
  typeof value === 'string' ? plausibleTime(Date.parse(value), observedAt) : 0;
