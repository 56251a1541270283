import { type EventOf, type SessionEvent, type SessionEventType, versionOf } from '@crewboard/contract';
import type { Show } from './show.ts';

/** What of an event may leave; null where nothing of it may. */
type Disclose<Type extends SessionEventType> = (
  data: EventOf<Type>['data'],
  show: Show,
) => EventOf<Type>['data'] | null;

/**
 * What leaves a machine, for each event field by field: what is not named here stays. An event that is new does not compile until
 * somebody has decided what of it may be told.
 *
 * At `status` no text of a person, the model or a tool leaves, and no path, branch or title: states, names of tools and models,
 * durations, counts, versions, and the repository's name.
 */
const DISCLOSED: { [Type in SessionEventType]: Disclose<Type> } = {
  SessionLocated: ({ cwd, repo, remote, branch, worktree, owner, clientVersion, entrypoint }, show) => {
    const { name, isHashed } = show.repository(repo);
    return {
      cwd: show.preview(cwd),
      repo: name,
      remote: isHashed ? null : remote,
      branch: show.previewOrNull(branch),
      worktree: show.previewOrNull(worktree),
      owner,
      clientVersion: show.wordOrNull(clientVersion),
      entrypoint: show.wordOrNull(entrypoint),
    };
  },
  PromptSubmitted: ({ text, by, promptId }, show) => ({
    text: show.speech(text),
    by,
    ...(promptId === undefined ? {} : { promptId: show.id(promptId) }),
  }),
  AssistantReplied: ({ text, model }, show) => ({ text: show.speech(text), model: show.wordOrNull(model) }),
  AssistantThought: ({ model }, show) => ({ model: show.wordOrNull(model) }),
  ToolRequested: ({ toolUseId, tool, input, model }, show) => ({
    toolUseId: show.id(toolUseId),
    tool: show.word(tool),
    input: show.preview(input),
    model: show.wordOrNull(model),
  }),
  ToolFinished: ({ toolUseId, outcome, background, taskId, allowedBy }, show) => ({
    toolUseId: show.id(toolUseId),
    outcome,
    ...(background === undefined ? {} : { background }),
    ...(taskId === undefined ? {} : { taskId: show.id(taskId) }),
    ...(allowedBy === undefined ? {} : { allowedBy }),
  }),
  TurnEnded: ({ durationMs, backgroundAgents, backgroundShells }) => ({
    durationMs,
    backgroundAgents,
    ...(backgroundShells === undefined ? {} : { backgroundShells }),
  }),
  TurnInterrupted: () => ({}),
  TurnFailed: ({ reason, httpStatus, error }, show) => ({
    reason: show.preview(reason) || 'The request failed',
    httpStatus,
    ...(error === undefined ? {} : { error: show.word(error) }),
  }),
  RequestRetried: ({ attempt, of, httpStatus, retryAt }) => ({ attempt, of, httpStatus, retryAt }),
  CompactionStarted: ({ trigger }) => ({ trigger }),
  CompactionFinished: ({ trigger, tokensBefore, tokensAfter }) => ({ trigger, tokensBefore, tokensAfter }),
  PermissionRequested: ({ kind, tool, input, toolUseId, promptId }, show) => ({
    kind,
    tool: show.word(tool),
    input: show.preview(input),
    toolUseId: show.idOrNull(toolUseId),
    promptId: show.idOrNull(promptId),
  }),
  ElicitationRequested: ({ server, message }, show) => ({ server: show.word(server), message: show.preview(message) }),
  ElicitationAnswered: ({ server, action }, show) => ({ server: show.word(server), action }),
  Notified: ({ kind, message }, show) => ({ kind: show.word(kind), message: show.preview(message) }),
  SubagentStarted: ({ agentType, description, toolUseId, isBackground }, show) => ({
    // A person may have named it.
    agentType: show.previewOrNull(agentType),
    description: show.previewOrNull(description),
    toolUseId: show.idOrNull(toolUseId),
    isBackground,
  }),
  SubagentStopped: ({ outcome }) => ({ outcome }),
  BackgroundTaskEnded: ({ taskId, outcome }, show) => ({ taskId: show.id(taskId), outcome }),
  SessionStarted: ({ how, model }, show) => ({ how, model: show.wordOrNull(model) }),
  SessionEnded: ({ reason }, show) => ({ reason: show.word(reason) }),
  SessionContinued: ({ fromSessionId, how, goal }, show) => ({
    fromSessionId,
    how,
    goal: goal === null || show.tier === 'status' ? null : show.speech(goal),
  }),
  TasksListed: ({ tasks }, show) =>
    show.tier === 'status'
      ? null
      : {
          tasks: tasks.map(({ id, subject, status }) => ({ id: show.id(id), subject: show.preview(subject), status })),
        },
  TokensUsed: ({ messageId, model, input, output, cacheRead, cacheWrite, cacheWrite1h }, show) => ({
    messageId: show.id(messageId),
    model: show.word(model),
    input,
    output,
    cacheRead,
    cacheWrite,
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }),
  }),
  CostReported: ({ costUsd, linesAdded, linesRemoved }) => ({ costUsd, linesAdded, linesRemoved }),
  TitleGiven: ({ title, by }, show) => (show.tier === 'status' ? null : { title: show.preview(title), by }),
  PermissionModeChanged: ({ mode }, show) => ({ mode: show.word(mode) }),
  PullRequestLinked: ({ url, number, repository, by }, show) =>
    show.tier === 'status' ? null : { url, number, repository, ...(by === undefined ? {} : { by }) },
  // Whoever knows the hash finds the repository, and what was written.
  CommitMade: ({ sha }, show) => (show.tier === 'status' ? null : { sha }),
  HistoryCounted: ({ prompts, tokens }, show) => ({
    prompts,
    tokens: tokens.map(({ model, input, output, cacheRead, cacheWrite, cacheWrite1h }) => ({
      model: show.word(model),
      input,
      output,
      cacheRead,
      cacheWrite,
      ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }),
    })),
  }),
  PresenceChanged: (
    { pid, status, waitingFor, kind, clientVersion, entrypoint, jobId, tmux, name, isNamedByPerson },
    show,
  ) => ({
    pid,
    status,
    waitingFor: waitingFor !== null && (show.tier !== 'status' || WAITS_FOR.has(waitingFor)) ? waitingFor : null,
    kind: show.wordOrNull(kind),
    clientVersion: show.wordOrNull(clientVersion),
    ...(entrypoint === undefined ? {} : { entrypoint: show.word(entrypoint) }),
    ...(jobId === undefined ? {} : { jobId: show.id(jobId) }),
    // A person named the session of tmux.
    ...(tmux === undefined || show.tier === 'status' ? {} : { tmux }),
    name: show.previewOrNull(name),
    isNamedByPerson: show.tier !== 'status' && isNamedByPerson,
  }),
  SessionLeft: ({ pid, nextSessionId }) => ({ pid, nextSessionId }),
  ProcessExited: ({ pid, how }) => ({ pid, how }),
  JobChanged: ({ jobId, state, tempo, needs, intent, detail }, show) => ({
    jobId: show.id(jobId),
    state: show.wordOrNull(state),
    tempo: show.wordOrNull(tempo),
    needs: needs === null ? null : show.tier === 'status' ? withoutWhat(needs) : show.preview(needs),
    intent: intent === null || show.tier === 'status' ? null : show.speech(intent),
    detail: detail === null || show.tier === 'status' ? null : show.speech(detail),
  }),
  // The board tells these itself.
  MachineLost: () => null,
  MachineReturned: () => null,
  NeedClaimed: () => null,
  ClaimReleased: () => null,
  SessionWithdrawn: ({ why }) => ({ why }),
};

/** The client's own words for what it waits for. */
const WAITS_FOR = new Set(['permission prompt', 'input needed', 'sandbox request', 'worker request', 'dialog open']);

/** `approve Bash: rm x` is told as `approve Bash: `; what else a job needs is not told, only that it does. */
const withoutWhat = (needs: string): string =>
  needs === 'send a prompt to start' ? needs : (/^approve [\w.-]{1,100}: ?/.exec(needs)?.[0] ?? 'input needed');

/** The event as it may leave at a tier; `undefined` where it may not. Pure. */
export const disclose = (event: SessionEvent, show: Show): SessionEvent | undefined => {
  const { type, sessionId, machine, source, stream, position, occurredAt, agentId, data } = event;
  // What goes in under a type comes out under it: the table says so, one by one.
  const of = DISCLOSED[type] as Disclose<SessionEventType>;
  const disclosed = of(data, show);
  if (disclosed === null) return undefined;
  return {
    type,
    schemaVersion: versionOf(type),
    sessionId,
    machine,
    source,
    stream,
    position,
    occurredAt,
    ...(agentId === undefined ? {} : { agentId: show.id(agentId) }),
    data: disclosed,
  } as SessionEvent;
};
