import { createHash } from 'node:crypto';

/** A tool call that was asked for and has no result yet. */
export interface OpenCall {
  toolUseId: string;
  tool: string;
  agentId: string | undefined;
  promptId: string | null;
  /** What stands for its input, see `inputKey`. */
  input: string;
  /** A person was asked about it. */
  wasAsked: boolean;
  launch: Launch | undefined;
}

/** A call that starts a subagent. */
export interface Launch {
  toolUseId: string;
  agentType: string | null;
  description: string | null;
  isBackground: boolean;
}

/** What is remembered of one session, to tell changes only and to say which call a question is about. */
export interface SessionMemory {
  cwd: string | undefined;
  mode: string | undefined;
  calls: OpenCall[];
  /** By the subagent's id. */
  launched: Map<string, Launch>;
  /** Ms since 1970. */
  lastAt: number;
}

export interface HookMemory {
  /** The session's memory, empty where nothing was heard of it for long. `at`: ms since 1970. */
  of(sessionId: string, at: number): SessionMemory;
  forget(sessionId: string): void;
}

const SESSIONS = 500;
const CALLS = 100;
const LAUNCHED = 100;
const KEEP_MS = 24 * 60 * 60_000;

/** Bounded: the sessions that were silent for longest are forgotten first. */
export const createHookMemory = (): HookMemory => {
  const sessions = new Map<string, SessionMemory>();

  const forgetSilent = (now: number): void => {
    for (const [sessionId, { lastAt }] of sessions) {
      if (sessions.size <= SESSIONS && now - lastAt <= KEEP_MS) return;
      sessions.delete(sessionId);
    }
  };

  return {
    of(sessionId, at) {
      const session = sessions.get(sessionId) ?? empty(at);
      session.lastAt = Math.max(session.lastAt, at);
      sessions.delete(sessionId);
      sessions.set(sessionId, session);
      forgetSilent(at);
      return session;
    },
    forget: (sessionId) => void sessions.delete(sessionId),
  };
};

const empty = (at: number): SessionMemory => ({
  cwd: undefined,
  mode: undefined,
  calls: [],
  launched: new Map(),
  lastAt: at,
});

/** The same for exactly the same input, and small. */
export const inputKey = (input: unknown): string => {
  try {
    return createHash('sha256')
      .update(JSON.stringify(input) ?? '')
      .digest('base64');
  } catch {
    // Nested too deeply to be written. Equal to no other.
    return '';
  }
};

export const openCall = (session: SessionMemory, call: OpenCall): void => {
  session.calls = [...session.calls.filter(({ toolUseId }) => toolUseId !== call.toolUseId), call].slice(-CALLS);
};

export const closeCall = (session: SessionMemory, toolUseId: string): OpenCall | undefined => {
  const call = session.calls.find((open) => open.toolUseId === toolUseId);
  if (call) session.calls = session.calls.filter((open) => open !== call);
  return call;
};

/** A turn is over, or a new one begins: of one (sub)agent's calls, those of this prompt alone stay open. */
export const dropCalls = (session: SessionMemory, agentId: string | undefined, butOfPrompt?: string | null): void => {
  session.calls = session.calls.filter(
    (call) => call.agentId !== agentId || (butOfPrompt != null && call.promptId === butOfPrompt),
  );
};

type Asked = Pick<OpenCall, 'tool' | 'agentId' | 'input'>;

/** The newest open call that a question is about: same tool, same input, same (sub)agent. One that was not asked about yet is preferred. */
export const askedCall = ({ calls }: SessionMemory, { tool, agentId, input }: Asked): OpenCall | undefined => {
  if (input === '') return undefined;
  const same = calls.filter((call) => call.tool === tool && call.agentId === agentId && call.input === input);
  return same.findLast((call) => !call.wasAsked) ?? same.at(-1);
};

/** The open call that a result without an id is of, where that is sure. */
export const finishedCall = ({ calls }: SessionMemory, { tool, agentId, input }: Asked): OpenCall | undefined => {
  const same = calls.filter((call) => call.tool === tool && call.agentId === agentId && call.input === input);
  return same.length === 1 && input !== '' ? same[0] : undefined;
};

/** The call of a subagent is done: it runs in the background under this id. */
export const noteLaunched = ({ launched }: SessionMemory, agentId: string, launch: Launch): void => {
  launched.set(agentId, launch);
  const oldest = launched.keys().next().value;
  if (launched.size > LAUNCHED && oldest !== undefined) launched.delete(oldest);
};

/** The call that started a subagent, where that is sure. */
export const launchOf = (session: SessionMemory, agentId: string, agentType: string): Launch | undefined => {
  const known = session.launched.get(agentId);
  if (known) return known;
  const taken = new Set([...session.launched.values()].map(({ toolUseId }) => toolUseId));
  const launches = session.calls.flatMap(({ launch }) => (launch && !taken.has(launch.toolUseId) ? [launch] : []));
  const ofType = launches.filter((launch) => launch.agentType === agentType);
  if (ofType.length !== 1 || !ofType[0]) return undefined;
  noteLaunched(session, agentId, ofType[0]);
  return ofType[0];
};
