import { z } from 'zod';
import type { Offset } from './offset.ts';

/** The version of a type of event whose shape has never changed. See {@link versionOf}. */
export const EVENT_VERSION = 1;

/** The longest preview that an event carries, in UTF-16 units. Whoever makes an event cuts to it. */
export const TEXT_MAX = 500;
/** The same for prompts and replies, which a developer may choose to show whole. */
export const LONG_TEXT_MAX = 4_000;

const text = z.string().max(TEXT_MAX);
const longText = z.string().max(LONG_TEXT_MAX);
const name = z.string().max(200);
const EVERY_OBJECT: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
/**
 * What the fold keeps things by. What every object has (`constructor`, `__proto__`) names nothing: a record would seem to hold it.
 */
const key = name.refine((text) => !EVERY_OBJECT.has(text), 'a name that every object has');
/** It stands in the address of a page, where half a character can't. */
const sessionId = key.min(1).regex(/^\P{Cs}*$/u, 'half a character');
/** Whether a text can name a session. Whoever reads one from outside asks before making events of it. */
export const isSessionId = (text: string): boolean => sessionId.safeParse(text).success;
const count = z.number().int().nonnegative();
/** At most the last time that a date can have. */
const epochMs = z.number().int().min(0).max(8.64e15);

/**
 * What every event says of itself. `stream` is one ordered source on one machine (a transcript file, the presence of one
 * process); `position` rises within it. The same observation always has the same `machine`, `stream` and `position`:
 * that is how a repeat is recognised. `occurredAt` is the machine's clock in ms since 1970 and is no order.
 */
const metadata = {
  sessionId,
  machine: name.min(1),
  /** `machine`: the board itself, of a machine. `person`: somebody who looks at the board. */
  source: z.enum(['transcript', 'presence', 'process', 'hook', 'job', 'machine', 'person']),
  stream: key.min(1),
  /** A place in a file, or a time. */
  position: z.number().int().min(0).max(8.64e15),
  occurredAt: epochMs,
  /** The subagent that this is about; absent for the session's own doing. */
  agentId: key.optional(),
};

const event = <Type extends string, Data extends z.ZodRawShape, Version extends number = typeof EVENT_VERSION>(
  type: Type,
  data: Data,
  version = EVENT_VERSION as Version,
) => z.object({ type: z.literal(type), schemaVersion: z.literal(version), ...metadata, data: z.object(data) });

/** Where the session works; told at first sight and again when any of it changed. `repo` is for people (`acme/widgets`), `remote` is exact. */
export const SessionLocated = event('SessionLocated', {
  cwd: z.string().max(4096),
  repo: name,
  remote: name.nullable(),
  branch: name.nullable(),
  worktree: name.nullable(),
  owner: name.nullable(),
  clientVersion: name.nullable(),
  entrypoint: name.nullable(),
});

/** `by` says whose words they are: a person's, a program's (`claude -p`, SDK), or the client's own (task notifications). */
export const PromptSubmitted = event('PromptSubmitted', {
  text: longText,
  by: z.enum(['human', 'program', 'client']),
  /** The client's name for the turn that the prompt belongs to; what is typed while it runs has the running turn's. */
  promptId: key.optional(),
});

/** One text block of a reply. A reply does not end a turn. */
export const AssistantReplied = event('AssistantReplied', { text: longText, model: name.nullable() });

/** The model thinks, or wrote a block that nothing else is known of: a sign of work. */
export const AssistantThought = event('AssistantThought', { model: name.nullable() });

/** A tool call stands in the transcript. It may still wait for a person. `input` is a preview, masked and cut. */
export const ToolRequested = event('ToolRequested', {
  toolUseId: key,
  tool: name,
  input: text,
  model: name.nullable(),
});

/**
 * A tool call has its result. `rejected` is a person's no, `denied` a rule's or a classifier's. `background` names the kind of a
 * task that goes on after the call, and `taskId` that task (a subagent's is its `agentId`). `allowedBy`: a person said yes, or
 * settings and modes did.
 */
export const ToolFinished = event('ToolFinished', {
  toolUseId: key,
  outcome: z.enum(['done', 'error', 'rejected', 'interrupted', 'denied']),
  background: z.enum(['shell', 'agent']).optional(),
  taskId: key.optional(),
  allowedBy: z.enum(['person', 'rule']).optional(),
});

/** The client's own end of a turn. `backgroundAgents` still run after it, and `backgroundShells` where the source tells them. */
export const TurnEnded = event('TurnEnded', {
  durationMs: count.nullable(),
  backgroundAgents: count,
  backgroundShells: count.optional(),
});

/** A person stopped the turn (Esc); no `TurnEnded` follows. */
export const TurnInterrupted = event('TurnInterrupted', {});

/** The request to the model failed for good; the turn is over and no `TurnEnded` follows. */
export const TurnFailed = event('TurnFailed', {
  reason: text,
  httpStatus: count.nullable(),
  /** The client's word for the kind of failure: `rate_limit`, `server_error`, `authentication_failed`, … */
  error: name.optional(),
});

/** A request to the model failed and is tried again by the client: attempt `attempt` of `of`, at `retryAt` (ms since 1970). */
export const RequestRetried = event('RequestRetried', {
  attempt: count,
  of: count.nullable(),
  httpStatus: count.nullable(),
  retryAt: epochMs,
});

/** The conversation is being shortened. Not the end of a turn. */
export const CompactionStarted = event('CompactionStarted', { trigger: z.enum(['manual', 'auto']) });

export const CompactionFinished = event('CompactionFinished', {
  trigger: z.enum(['manual', 'auto']),
  tokensBefore: count.nullable(),
  tokensAfter: count.nullable(),
});

/**
 * A hook said that a person is asked, or may be: a rule or another hook can still answer in the person's place.
 * `toolUseId` is the call that it is about, where that is sure.
 */
export const PermissionRequested = event('PermissionRequested', {
  kind: z.enum(['permission', 'question', 'plan']),
  tool: name,
  input: text,
  toolUseId: key.nullable(),
  promptId: key.nullable(),
});

/** A tool server asks the person for input. */
export const ElicitationRequested = event('ElicitationRequested', { server: name, message: text });
export const ElicitationAnswered = event('ElicitationAnswered', {
  server: name,
  action: z.enum(['accept', 'decline', 'cancel']),
});

/** The client called for a person's attention. `kind` is its own word: `permission_prompt`, `idle_prompt`, `agent_needs_input`, … */
export const Notified = event('Notified', { kind: name, message: text });

/** A subagent began (`agentId` names it). `toolUseId` is the parent's call. */
export const SubagentStarted = event('SubagentStarted', {
  agentType: name.nullable(),
  description: text.nullable(),
  toolUseId: key.nullable(),
  isBackground: z.boolean(),
});
export const SubagentStopped = event('SubagentStopped', { outcome: z.enum(['done', 'failed', 'stopped']) });

/** A background task reported back: a shell, a subagent (`taskId` is its `agentId`), a workflow. May be told more than once. */
export const BackgroundTaskEnded = event('BackgroundTaskEnded', {
  taskId: key,
  outcome: z.enum(['done', 'failed', 'stopped']),
});

/** A hook said that the client began or went on with this session. `compact` comes in the midst of a turn. */
export const SessionStarted = event('SessionStarted', {
  how: z.enum(['startup', 'resume', 'clear', 'fork', 'compact']),
  model: name.nullable(),
});

/** A hook said that the client is done with this session. `reason` is its own word: `clear`, `resume`, `prompt_input_exit`, `other`, … */
export const SessionEnded = event('SessionEnded', { reason: name });

/**
 * This session goes on from another one. `goal` is what that one was for, where the copied history tells it.
 * The history that a fork copied is told by this alone, never again as prompts, tokens or activity.
 */
export const SessionContinued = event('SessionContinued', {
  fromSessionId: sessionId,
  how: z.enum(['clear', 'resume', 'fork', 'background']),
  goal: text.nullable(),
});

/** The session's task list as it stands, in its order. The last one holds. */
export const TasksListed = event('TasksListed', {
  tasks: z
    .array(z.object({ id: key, subject: text, status: z.enum(['pending', 'in_progress', 'completed']) }))
    .max(100),
});

const tokens = {
  model: key,
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  /** The part of `cacheWrite` that is kept for an hour: it costs more. */
  cacheWrite1h: count.optional(),
};

/** What one message of the model cost in tokens: told once for each `messageId` of a file. */
export const TokensUsed = event('TokensUsed', { messageId: key, ...tokens });

/** The client's own totals of this session so far, not a difference. Of a fork without what its parent had spent. */
export const CostReported = event('CostReported', {
  costUsd: z.number().nonnegative(),
  linesAdded: count,
  linesRemoved: count,
});

export const TitleGiven = event('TitleGiven', { title: text, by: z.enum(['person', 'model']) });

export const PermissionModeChanged = event('PermissionModeChanged', { mode: name });

/** A pull request of this session: the client noted it (`client`), or a command that it ran printed the address (`output`). */
export const PullRequestLinked = event('PullRequestLinked', {
  url: text,
  number: count,
  repository: name,
  /** Absent means `client`. */
  by: z.enum(['client', 'output']).optional(),
});

/** A commit that the session made: its hash as Git printed it, 7 to 40 digits. */
export const CommitMade = event('CommitMade', { sha: z.string().regex(/^[0-9a-f]{7,40}$/) });

/**
 * Counts of the older part of a transcript that was not told event by event, because its end was told first.
 * Commutes with every other event. Chunks of one file never overlap.
 */
export const HistoryCounted = event('HistoryCounted', { prompts: count, tokens: z.array(z.object(tokens)).max(50) });

/** What the client's presence file says, each time it says something else. `status` is absent until the client is ready. */
export const PresenceChanged = event('PresenceChanged', {
  pid: count,
  status: z.enum(['busy', 'idle', 'waiting', 'shell']).nullable(),
  waitingFor: name.nullable(),
  kind: name.nullable(),
  clientVersion: name.nullable(),
  entrypoint: name.optional(),
  /** The background job that the process works for. */
  jobId: key.optional(),
  /** Its place in tmux, as `-t` takes it: `session:@window.%pane`. */
  tmux: name.optional(),
  name: text.nullable(),
  /** True where a person chose the name; a derived one is no title. */
  isNamedByPerson: z.boolean(),
});

/**
 * The process went on with another session (`/clear`, `/resume`): this one is over as far as that process goes.
 * `pid` is null where the transcript says so: handed over to the background.
 */
export const SessionLeft = event('SessionLeft', { pid: count.nullable(), nextSessionId: sessionId });

/** `how`: `clean` took its presence away, `crashed` left it behind, `unseen` was gone before anyone looked. */
export const ProcessExited = event('ProcessExited', {
  pid: count.nullable(),
  how: z.enum(['clean', 'crashed', 'unseen']),
});

/** What the client notes of a background session, each time it says something else. `tempo` tells best whether it waits. */
export const JobChanged = event('JobChanged', {
  jobId: key,
  state: name.nullable(),
  tempo: name.nullable(),
  /** What it needs of a person, in the client's words: `approve Bash: …`. */
  needs: text.nullable(),
  intent: text.nullable(),
  detail: text.nullable(),
});

/** The board has heard nothing of the session's machine since `silentSince` (the board's clock, ms since 1970). Told by the board itself. */
export const MachineLost = event('MachineLost', { silentSince: epochMs });
/** The machine is heard again, or under another name: `machine` is the one that it has now. */
export const MachineReturned = event('MachineReturned', {});

/**
 * The person of the machine took the session off the board: made it private, or had what was sent of it erased. Nothing told before
 * counts any more; what comes later begins it anew.
 */
export const SessionWithdrawn = event('SessionWithdrawn', { why: z.enum(['private', 'forgotten']) });

/** Names one thing that a session needs a person for: see `OpenNeed`. */
const needId = z.string().min(1).max(500);

/**
 * A person looks at what the session needs one for. Whoever comes first has it; `insteadOf` is whom they relieve, knowing that
 * that one had it. Told by the board itself, in the name of who is signed in.
 */
export const NeedClaimed = event('NeedClaimed', {
  about: z.enum(['ask', 'checks', 'review']),
  on: needId,
  by: name,
  insteadOf: name.nullable(),
});
/** They do not look at it any more. Of somebody else's claim it ends nothing. */
export const ClaimReleased = event('ClaimReleased', { on: needId, by: name });

export const sessionEventSchema = z.discriminatedUnion('type', [
  SessionLocated,
  PromptSubmitted,
  AssistantReplied,
  AssistantThought,
  ToolRequested,
  ToolFinished,
  TurnEnded,
  TurnInterrupted,
  TurnFailed,
  TokensUsed,
  CostReported,
  TitleGiven,
  PermissionModeChanged,
  PullRequestLinked,
  CommitMade,
  HistoryCounted,
  PresenceChanged,
  SessionLeft,
  ProcessExited,
  RequestRetried,
  CompactionStarted,
  CompactionFinished,
  PermissionRequested,
  ElicitationRequested,
  ElicitationAnswered,
  Notified,
  SubagentStarted,
  SubagentStopped,
  BackgroundTaskEnded,
  SessionStarted,
  SessionEnded,
  SessionContinued,
  TasksListed,
  JobChanged,
  MachineLost,
  MachineReturned,
  SessionWithdrawn,
  NeedClaimed,
  ClaimReleased,
]);
export type SessionEvent = z.infer<typeof sessionEventSchema>;
export type SessionEventType = SessionEvent['type'];
export type EventOf<Type extends SessionEventType> = Extract<SessionEvent, { type: Type }>;

const versions = new Map<string, SessionEvent['schemaVersion']>(
  sessionEventSchema.options.map(({ shape }) => [shape.type.value, shape.schemaVersion.value]),
);

/**
 * The shape that today's code writes of a type; `undefined` for no type of ours. It rises when a type's shape changes (`event(type, data, 2)`, a step in
 * `upcast.ts`, and another `BOARD_VERSION`: that board is folded from the log, with all that an older program could not read), and no other type's does:
 * what both releases know, both read.
 */
export const versionOf = (type: string): SessionEvent['schemaVersion'] | undefined => versions.get(type);

/** An event as it was read from the log. */
export type RecordedEvent = SessionEvent & { offset: Offset };

/** Names an event among all events: the same observation, the same id. */
export const eventId = ({ machine, stream, position }: Pick<SessionEvent, 'machine' | 'stream' | 'position'>): string =>
  `${machine}/${stream}@${position}`;
