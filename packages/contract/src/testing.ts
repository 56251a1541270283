import type { Brief, Card, PullRequest, Session, StatusChange, Usage } from './card.ts';
import type { EnrichmentChange } from './changes.ts';
import { EVENT_VERSION, type EventOf, type SessionEventType } from './events.ts';
import type { MachineReport } from './machine.ts';
import type { SpanOf } from './spans.ts';
import type { StoryEntry } from './story.ts';

/** 2026-01-05 09:00 UTC: where the builders' clock stands. */
export const T0 = Date.UTC(2026, 0, 5, 9);

const data: { [Type in SessionEventType]: EventOf<Type>['data'] } = {
  SessionLocated: {
    cwd: '/home/dev/widgets',
    repo: 'acme/widgets',
    remote: 'github.com/acme/widgets',
    branch: 'main',
    worktree: null,
    owner: 'Dev',
    clientVersion: '2.1.330',
    entrypoint: 'cli',
  },
  PromptSubmitted: { text: 'Fix the tail reader', by: 'human' },
  AssistantReplied: { text: 'I look at the reader first.', model: 'claude-opus-5-5' },
  AssistantThought: { model: 'claude-opus-5-5' },
  ToolRequested: { toolUseId: 'toolu_1', tool: 'Bash', input: 'npm test', model: 'claude-opus-5-5' },
  ToolFinished: { toolUseId: 'toolu_1', outcome: 'done' },
  TurnEnded: { durationMs: 2000, backgroundAgents: 0 },
  TurnInterrupted: {},
  TurnFailed: { reason: 'overloaded', httpStatus: 529 },
  TokensUsed: { messageId: 'msg_1', model: 'claude-opus-5-5', input: 10, output: 20, cacheRead: 1000, cacheWrite: 100 },
  CostReported: { costUsd: 0.5, linesAdded: 12, linesRemoved: 3 },
  TitleGiven: { title: 'Tail reader keeps the last line', by: 'model' },
  PermissionModeChanged: { mode: 'acceptEdits' },
  CommitMade: { sha: '4f2a9c1' },
  PullRequestLinked: { url: 'https://github.com/acme/widgets/pull/42', number: 42, repository: 'acme/widgets' },
  HistoryCounted: {
    prompts: 3,
    tokens: [{ model: 'claude-opus-5-5', input: 1, output: 2, cacheRead: 3, cacheWrite: 4 }],
  },
  PresenceChanged: {
    pid: 4711,
    status: 'busy',
    waitingFor: null,
    kind: 'interactive',
    clientVersion: '2.1.330',
    name: 'widgets-4f',
    isNamedByPerson: false,
  },
  SessionLeft: { pid: 4711, nextSessionId: 'session-2' },
  ProcessExited: { pid: 4711, how: 'clean' },
  RequestRetried: { attempt: 1, of: 10, httpStatus: 529, retryAt: T0 + 1000 },
  CompactionStarted: { trigger: 'auto' },
  CompactionFinished: { trigger: 'auto', tokensBefore: 160_000, tokensAfter: 20_000 },
  PermissionRequested: { kind: 'permission', tool: 'Bash', input: 'npm test', toolUseId: 'toolu_1', promptId: null },
  ElicitationRequested: { server: 'tickets', message: 'Which project?' },
  ElicitationAnswered: { server: 'tickets', action: 'accept' },
  Notified: { kind: 'permission_prompt', message: 'Claude needs your permission' },
  SubagentStarted: { agentType: 'Explore', description: 'Find the reader', toolUseId: 'toolu_1', isBackground: false },
  SubagentStopped: { outcome: 'done' },
  BackgroundTaskEnded: { taskId: 'b1', outcome: 'done' },
  SessionStarted: { how: 'startup', model: 'claude-opus-5-5' },
  SessionEnded: { reason: 'prompt_input_exit' },
  SessionContinued: { fromSessionId: 'session-0', how: 'clear', goal: null },
  TasksListed: { tasks: [{ id: '1', subject: 'Write the reader', status: 'in_progress' }] },
  JobChanged: { jobId: 'job-1', state: 'working', tempo: 'active', needs: null, intent: null, detail: null },
  MachineLost: { silentSince: T0 },
  MachineReturned: {},
  SessionWithdrawn: { why: 'private' },
  NeedClaimed: { about: 'ask', on: 'toolu_1', by: 'Mika', insteadOf: null },
  ClaimReleased: { on: 'toolu_1', by: 'Mika' },
};

const sources: Partial<Record<SessionEventType, EventOf<SessionEventType>['source']>> = {
  PresenceChanged: 'presence',
  SessionLeft: 'presence',
  ProcessExited: 'process',
  PermissionRequested: 'hook',
  ElicitationRequested: 'hook',
  ElicitationAnswered: 'hook',
  Notified: 'hook',
  SessionStarted: 'hook',
  SessionEnded: 'hook',
  CompactionStarted: 'hook',
  JobChanged: 'job',
  MachineLost: 'machine',
  MachineReturned: 'machine',
  SessionWithdrawn: 'machine',
  NeedClaimed: 'person',
  ClaimReleased: 'person',
};

const streams: Record<EventOf<SessionEventType>['source'], string> = {
  transcript: 'transcript:session-1',
  presence: 'presence:4711',
  process: 'presence:4711',
  hook: 'hooks',
  job: 'job:job-1',
  machine: 'machine',
  person: 'board:gateway-1',
};

let lastPosition = 0;

export type EventOverrides<Type extends SessionEventType> = Partial<Omit<EventOf<Type>, 'type' | 'data'>> & {
  data?: Partial<EventOf<Type>['data']>;
};

/** An event with sensible defaults; a test spells out only what it is about. Positions rise from call to call. */
export const anEvent = <Type extends SessionEventType>(
  type: Type,
  overrides: EventOverrides<Type> = {},
): EventOf<Type> => {
  const source = overrides.source ?? sources[type] ?? 'transcript';
  lastPosition += 1;
  return {
    type,
    schemaVersion: EVENT_VERSION,
    sessionId: 'session-1',
    machine: 'devbox',
    source,
    stream: streams[source],
    position: lastPosition,
    occurredAt: T0,
    ...overrides,
    data: { ...data[type], ...overrides.data },
  } as EventOf<Type>;
};

export const aUsage = (overrides: Partial<Usage> = {}): Usage => ({
  tokens: {},
  costUsd: null,
  costBy: null,
  contextTokens: 0,
  contextWindow: null,
  linesAdded: 0,
  linesRemoved: 0,
  ...overrides,
});

export const aCard = (overrides: Partial<Card> = {}): Card => ({
  sessionId: 'session-1',
  status: 'working',
  ended: false,
  since: T0,
  quietSince: null,
  attention: null,
  asks: [],
  claim: null,
  condition: null,
  disagreement: null,
  evidence: { source: 'presence', says: 'The client says busy', at: T0, inferred: false },
  machine: 'devbox',
  owner: 'Dev',
  repo: 'acme/widgets',
  remote: 'github.com/acme/widgets',
  branch: 'main',
  worktree: null,
  cwd: '/home/dev/widgets',
  tmux: null,
  title: 'Fix the tail reader',
  goal: 'Fix the tail reader',
  now: 'Bash: npm test',
  model: 'claude-opus-5-5',
  permissionMode: 'default',
  entrypoint: 'cli',
  clientVersion: '2.1.330',
  kind: 'interactive',
  backgroundShells: [],
  subagents: [],
  lineage: { from: null, to: null },
  tasks: null,
  prompts: 1,
  pullRequestLinks: [],
  commits: [],
  usage: aUsage(),
  startedAt: T0,
  lastActivityAt: T0,
  ...overrides,
});

export const aSession = (overrides: Partial<Session> = {}): Session => ({
  ...aCard(),
  summary: null,
  brief: null,
  pullRequest: null,
  ...overrides,
});

export const aBrief = (overrides: Partial<Brief> = {}): Brief => ({
  goal: 'Fix the tail reader',
  needed: null,
  askId: null,
  by: 'extract',
  through: '1-0',
  at: T0,
  ...overrides,
});

/** The change that a summary makes. */
export const aSummary = (
  sessionId: string,
  summary: string,
  brief: Partial<Brief> = {},
): Extract<EnrichmentChange, { type: 'SummaryWritten' }> => ({
  type: 'SummaryWritten',
  sessionId,
  summary,
  brief: aBrief(brief),
});

export const aPullRequest = (overrides: Partial<PullRequest> = {}): PullRequest => ({
  url: 'https://github.com/acme/widgets/pull/42',
  number: 42,
  repository: 'acme/widgets',
  title: 'Tail reader keeps the last line',
  state: 'open',
  branch: 'tail-reader',
  head: '4f2a9c1d0b6e8a7f5c3d2e1f0a9b8c7d6e5f4a3b',
  review: null,
  isMergeable: true,
  checks: [],
  linkedBy: 'client',
  seenAt: T0,
  ...overrides,
});

export const aStatusChange = (overrides: Partial<StatusChange> = {}): StatusChange => ({
  at: T0,
  status: 'working',
  ended: false,
  condition: null,
  asks: [],
  evidence: { source: 'presence', says: 'The client says busy', at: T0, inferred: false },
  disagreement: null,
  ...overrides,
});

type ToolEntry = Extract<StoryEntry, { kind: 'tool' }>;

export const aToolEntry = (overrides: Partial<ToolEntry> = {}): ToolEntry => ({
  kind: 'tool',
  at: T0,
  startedAt: T0,
  toolUseId: 'toolu_1',
  tool: 'Bash',
  input: 'npm test',
  outcome: 'done',
  allowedBy: null,
  ...overrides,
});

export const anAskSpan = (overrides: Partial<SpanOf<'ask'>> = {}): SpanOf<'ask'> => ({
  kind: 'ask',
  since: T0,
  at: T0 + 60_000,
  id: 'toolu_1',
  ask: 'permission',
  tool: 'Bash',
  input: 'npm test',
  agentId: null,
  next: 'went_on',
  ...overrides,
});

export const aWorkSpan = (overrides: Partial<SpanOf<'work'>> = {}): SpanOf<'work'> => ({
  kind: 'work',
  since: T0,
  at: T0 + 60_000,
  tokens: { input: 10, output: 20, cacheRead: 1_000, cacheWrite: 100 },
  costUsd: 0.01,
  contextTokens: 1_110,
  files: [],
  moreFiles: 0,
  ...overrides,
});

export const aMachineReport = (overrides: Partial<MachineReport> = {}): MachineReport => ({
  machine: 'devbox',
  owner: 'Dev',
  agentVersion: '0.1.0',
  platform: 'linux',
  startedAt: T0,
  at: T0,
  clockSkewMs: null,
  hooks: { installed: 'yes', heardAt: T0, heard: 12, unreadable: 0, waiting: 0 },
  presence: { isKept: true, live: 2, unreadable: 0 },
  transcripts: { files: 7, backlogBytes: 0, lastReadAt: T0 },
  queuedEvents: 0,
  deadLetters: 0,
  unknown: { entryTypes: {}, hookNames: {}, presenceStatuses: {} },
  clientVersions: { '2.1.330': 2 },
  ...overrides,
});
