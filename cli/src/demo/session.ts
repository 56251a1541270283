import { EVENT_VERSION, type EventOf, type SessionEvent, type SessionEventType } from '@crewboard/contract';
import type { Model, Person } from './cast.ts';
import { createMeter } from './meter.ts';
import type { Random } from './random.ts';
import type { Repository, Story } from './stories/story.ts';

const CLIENT_VERSION = '2.1.330';

type Draft = { [Type in SessionEventType]: { type: Type; data: EventOf<Type>['data'] } }[SessionEventType];
type Outcome = EventOf<'ToolFinished'>['data']['outcome'];
type PresenceStatus = EventOf<'PresenceChanged'>['data']['status'];
type Permission = EventOf<'PermissionRequested'>['data'];

/** Who does what where, in one invented session. */
export interface Casting {
  sessionId: string;
  person: Person;
  machine: string;
  repository: Repository;
  story: Story;
  model: Model;
  /** The session whose process this one goes on in after /clear. */
  clearedFrom?: string;
}

/**
 * Tells the events of one invented session as an agent on its machine would have seen them. Told events wait in an
 * outbox until they are taken; they carry the time that `now` gave at that moment.
 */
export const createSession = (casting: Casting, random: Random, now: () => number) => {
  const { sessionId, person, machine, repository, story, model, clearedFrom } = casting;
  const isHeadless = story.runs === 'headless';
  const entrypoint = isHeadless ? 'sdk-cli' : 'cli';
  const meter = createMeter(model, random);
  const shells = new Set<string>();
  let outbox: SessionEvent[] = [];
  let position = 0;
  let pid = 0;
  let presenceStream = '';
  let isBegun = false;

  const put = (draft: Draft, source: SessionEvent['source'], stream: string, agentId?: string): void => {
    position += 1;
    outbox.push({
      ...draft,
      schemaVersion: EVENT_VERSION,
      sessionId,
      machine,
      source,
      stream,
      position,
      occurredAt: Math.round(now()),
      ...(agentId !== undefined && { agentId }),
    });
  };
  const tell = (draft: Draft): void => put(draft, 'transcript', `transcript:${sessionId}`);
  const tellOfAgent = (agentId: string, draft: Draft): void =>
    put(draft, 'transcript', `transcript:${sessionId}/${agentId}`, agentId);
  const hook = (draft: Draft, agentId?: string): void => put(draft, 'hook', `hooks:${sessionId}`, agentId);

  const message = (): string => {
    tell({ type: 'TokensUsed', data: meter.message() });
    return model.name;
  };
  const reportCost = (): void => tell({ type: 'CostReported', data: meter.totals() });

  return {
    ...casting,
    isHeadless,
    tell,

    presence: (status: PresenceStatus, waitingFor: string | null = null): void => {
      const name = `${repository.folder}-${pid.toString(16).slice(-2)}`;
      const kind = story.runs === 'background' ? 'bg' : 'interactive';
      const data = { pid, status, waitingFor, kind, clientVersion: CLIENT_VERSION, entrypoint, name };
      put({ type: 'PresenceChanged', data: { ...data, isNamedByPerson: false } }, 'presence', presenceStream);
    },
    /** A new process of this session, as after `claude --resume`. */
    start: (): void => {
      pid = random.int(2_000, 60_000);
      presenceStream = `presence:${pid}.${random.int(100_000, 999_999)}`;
      tell({
        type: 'SessionLocated',
        data: {
          cwd: `${person.home}/src/${repository.folder}`,
          repo: repository.name,
          remote: `github.com/${repository.name}`,
          branch: story.branch,
          worktree: null,
          owner: person.name,
          clientVersion: CLIENT_VERSION,
          entrypoint,
        },
      });
      if (clearedFrom !== undefined && !isBegun) {
        tell({ type: 'SessionContinued', data: { fromSessionId: clearedFrom, how: 'clear', goal: null } });
      }
      isBegun = true;
    },
    exit: (how: 'clean' | 'crashed'): void => {
      shells.clear();
      put({ type: 'ProcessExited', data: { pid, how } }, 'process', presenceStream);
    },
    leave: (nextSessionId: string): void =>
      put({ type: 'SessionLeft', data: { pid, nextSessionId } }, 'presence', presenceStream),
    /** Its machine is not heard any more: told by the board. */
    lose: (): void => put({ type: 'MachineLost', data: { silentSince: Math.round(now()) } }, 'machine', 'machine'),
    recover: (): void => put({ type: 'MachineReturned', data: {} }, 'machine', 'machine'),

    prompt: (text: string, by: EventOf<'PromptSubmitted'>['data']['by']): void => {
      const draft: Draft = { type: 'PromptSubmitted', data: { text, by, promptId: random.uuid() } };
      hook(draft);
      tell(draft);
    },
    reply: (text: string): void => tell({ type: 'AssistantReplied', data: { text, model: message() } }),
    think: (): void => tell({ type: 'AssistantThought', data: { model: model.name } }),
    /** A tool call of the model; answers its id. */
    request: (tool: string, input: string): string => {
      const toolUseId = `toolu_${random.hex(24)}`;
      tell({ type: 'ToolRequested', data: { toolUseId, tool, input, model: message() } });
      if (tool === 'Edit' || tool === 'Write') meter.edit();
      return toolUseId;
    },
    finish: (toolUseId: string, outcome: Outcome, background?: { kind: 'shell' | 'agent'; taskId: string }): void => {
      const { kind, taskId } = background ?? {};
      tell({ type: 'ToolFinished', data: { toolUseId, outcome, ...(kind && { background: kind, taskId }) } });
      if (kind === 'shell' && taskId) shells.add(taskId);
      if (random.chance(0.25)) reportCost();
    },
    /** A hook's word that a person is asked about a call, of the session or of one of its agents. */
    askPerson: (kind: Permission['kind'], call: Pick<Permission, 'toolUseId' | 'tool' | 'input'>, agentId?: string) =>
      hook({ type: 'PermissionRequested', data: { kind, ...call, promptId: null } }, agentId),
    askForm: (server: string, question: string): void =>
      hook({ type: 'ElicitationRequested', data: { server, message: question } }),
    answerForm: (server: string): void => hook({ type: 'ElicitationAnswered', data: { server, action: 'accept' } }),

    startAgent: (agentId: string, data: EventOf<'SubagentStarted'>['data']): void =>
      tellOfAgent(agentId, { type: 'SubagentStarted', data }),
    /** A call of a subagent; answers its id. */
    requestOfAgent: (agentId: string, tool: string, input: string): string => {
      const toolUseId = `toolu_${random.hex(24)}`;
      tellOfAgent(agentId, { type: 'ToolRequested', data: { toolUseId, tool, input, model: model.name } });
      return toolUseId;
    },
    finishOfAgent: (agentId: string, toolUseId: string): void =>
      tellOfAgent(agentId, { type: 'ToolFinished', data: { toolUseId, outcome: 'done' } }),
    stopAgent: (agentId: string, outcome: 'done' | 'failed'): void =>
      hook({ type: 'SubagentStopped', data: { outcome } }, agentId),

    isFull: meter.isFull,
    startCompaction: (): void => hook({ type: 'CompactionStarted', data: { trigger: 'auto' } }),
    finishCompaction: (): void => tell({ type: 'CompactionFinished', data: { trigger: 'auto', ...meter.compact() } }),

    /** Shells that were started and did not end. */
    shells: (): readonly string[] => [...shells],
    endShell: (taskId: string): void => {
      shells.delete(taskId);
      tell({ type: 'BackgroundTaskEnded', data: { taskId, outcome: 'stopped' } });
    },
    endTurn: (durationMs: number, backgroundAgents: number): void => {
      const ran = { backgroundAgents, backgroundShells: shells.size };
      hook({ type: 'TurnEnded', data: { durationMs: null, ...ran } });
      tell({ type: 'TurnEnded', data: { durationMs: Math.round(durationMs), ...ran } });
      reportCost();
    },
    failTurn: (data: EventOf<'TurnFailed'>['data']): void => {
      hook({ type: 'TurnFailed', data });
      tell({ type: 'TurnFailed', data });
    },

    /** What was told since the last call, in order. */
    take: (): SessionEvent[] => {
      const told = outbox;
      outbox = [];
      return told;
    },
  };
};

export type DemoSession = ReturnType<typeof createSession>;
