import type { Card } from '@crewboard/contract';
import { decide } from './decide.ts';
import type { SessionState } from './state.ts';

/**
 * The card of a session at `now`, and when time alone may change it. Applies the time-outs that are due, so
 * `advance(state, later)` never depends on how often it was called before: replaying the events gives the same card.
 * A `now` before the last event counts as that event's time.
 */
export const advance = (state: SessionState, now: number): { card: Card; nextAt: number | null } => {
  const { nextAt, ...decision } = decide(state, Math.max(now, state.clock));
  const since = state.shown?.status === decision.status ? state.shown.since : decision.since;
  return { card: { ...toCard(state), ...decision, since, now: nowLine(state, decision.status) }, nextAt };
};

type Undecided = Omit<Card, 'status' | 'ended' | 'since' | 'quietSince' | 'attention' | 'evidence' | 'now'>;

const toCard = (state: SessionState): Undecided => ({
  sessionId: state.sessionId,
  machine: state.machine,
  owner: state.location?.owner ?? null,
  repo: state.location?.repo ?? 'unknown',
  remote: state.location?.remote ?? null,
  branch: state.location?.branch ?? null,
  worktree: state.location?.worktree ?? null,
  cwd: state.location?.cwd ?? '',
  title: titleOf(state),
  goal: state.goal,
  model: state.model,
  permissionMode: state.permissionMode,
  entrypoint: state.entrypoint,
  clientVersion: state.clientVersion,
  hasBackgroundShell: Object.values(state.presences).some(({ status }) => status === 'shell'),
  backgroundAgents: state.backgroundAgents,
  prompts: state.prompts,
  usage: {
    tokens: state.tokens,
    costUsd: state.cost?.usd ?? null,
    contextTokens: state.contextTokens,
    linesAdded: state.cost?.linesAdded ?? 0,
    linesRemoved: state.cost?.linesRemoved ?? 0,
  },
  startedAt: state.startedAt,
  lastActivityAt: state.lastActivityAt,
});

/** A person's title, else the model's, else what was asked first, else the client's own name for the session. */
const titleOf = ({ titles, goal, sessionId }: SessionState): string =>
  titles.person ?? titles.model ?? (goal && firstLine(goal)) ?? titles.client ?? `Session ${sessionId.slice(0, 8)}`;

const firstLine = (text: string): string | null => text.trim().split('\n', 1)[0]?.trim() || null;

/** While it works: the newest open call. Otherwise what the model said last. */
const nowLine = ({ openTools, reply }: SessionState, status: Card['status']): string | null => {
  const call = status === 'working' ? Object.values(openTools).at(-1) : undefined;
  return call ? doing(call.tool, call.input) : reply && firstLine(reply);
};

const VERBS: Record<string, string> = {
  Bash: 'Running',
  Edit: 'Editing',
  MultiEdit: 'Editing',
  NotebookEdit: 'Editing',
  Write: 'Writing',
  Read: 'Reading',
  Grep: 'Searching for',
  Glob: 'Looking for',
  WebFetch: 'Fetching',
  WebSearch: 'Searching the web for',
  Agent: 'Delegating:',
  Task: 'Delegating:',
};

const doing = (tool: string, input: string): string => {
  const line = firstLine(input);
  const verb = VERBS[tool];
  if (!line) return tool;
  return verb ? `${verb} ${line}` : `${tool}: ${line}`;
};
