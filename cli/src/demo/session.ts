import { EVENT_VERSION, type EventOf, type SessionEvent, type SessionEventType } from '@crewboard/contract';
import type { Model, Person } from './cast.ts';
import type { Random } from './random.ts';
import type { Repository, Story } from './stories/story.ts';

const CLIENT_VERSION = '2.1.330';
const CONTEXT_LIMIT = 165_000;
const CONTEXT_AFTER_COMPACTION = 32_000;

type Draft = { [Type in SessionEventType]: { type: Type; data: EventOf<Type>['data'] } }[SessionEventType];
type Outcome = EventOf<'ToolFinished'>['data']['outcome'];
type PresenceStatus = EventOf<'PresenceChanged'>['data']['status'];

/** Who does what where, in one invented session. */
export interface Casting {
  sessionId: string;
  person: Person;
  machine: string;
  repository: Repository;
  story: Story;
  model: Model;
}

/**
 * Tells the events of one invented session as an agent on its machine would have seen them. Told events wait in an
 * outbox until they are taken; they carry the time that `now` gave at that moment.
 */
export const createSession = (casting: Casting, random: Random, now: () => number) => {
  const { sessionId, person, machine, repository, story, model } = casting;
  let outbox: SessionEvent[] = [];
  let position = 0;
  let pid = 0;
  let presenceStream = '';
  let contextTokens = random.int(18_000, 26_000);
  let costUsd = 0;
  let linesAdded = 0;
  let linesRemoved = 0;

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

  const message = (): { messageId: string; model: string } => {
    const messageId = `msg_${random.hex(24)}`;
    const use = {
      input: random.int(3, 60),
      output: random.int(80, 1_400),
      cacheRead: contextTokens,
      cacheWrite: random.int(300, 4_200),
    };
    contextTokens += use.cacheWrite + use.output;
    if (contextTokens > CONTEXT_LIMIT) contextTokens = CONTEXT_AFTER_COMPACTION;
    const { input, output, cacheRead, cacheWrite } = use;
    costUsd +=
      (input * model.input + output * model.output + cacheRead * model.cacheRead + cacheWrite * model.cacheWrite) / 1e6;
    tell({ type: 'TokensUsed', data: { messageId, model: model.name, ...use } });
    return { messageId, model: model.name };
  };

  const reportCost = (): void =>
    tell({ type: 'CostReported', data: { costUsd: Math.round(costUsd * 1e4) / 1e4, linesAdded, linesRemoved } });

  return {
    ...casting,
    tell,

    presence: (status: PresenceStatus, waitingFor: string | null = null): void => {
      const name = `${repository.folder}-${pid.toString(16).slice(-2)}`;
      const data = { pid, status, waitingFor, kind: 'interactive', clientVersion: CLIENT_VERSION, name };
      put({ type: 'PresenceChanged', data: { ...data, isNamedByPerson: false } }, 'presence', presenceStream);
    },
    /** A new process of this session, as after `claude --resume`. */
    start: (): void => {
      pid = random.int(2_000, 60_000);
      presenceStream = `presence:${pid}.${random.int(100_000, 999_999)}`;
      put(
        {
          type: 'SessionLocated',
          data: {
            cwd: `${person.home}/src/${repository.folder}`,
            repo: repository.name,
            remote: `github.com/${repository.name}`,
            branch: story.branch,
            worktree: null,
            owner: person.name,
            clientVersion: CLIENT_VERSION,
            entrypoint: 'cli',
          },
        },
        'transcript',
        `transcript:${sessionId}`,
      );
    },
    exit: (how: 'clean' | 'crashed'): void =>
      put({ type: 'ProcessExited', data: { pid, how } }, 'process', presenceStream),
    leave: (nextSessionId: string): void =>
      put({ type: 'SessionLeft', data: { pid, nextSessionId } }, 'presence', presenceStream),

    reply: (text: string): void => {
      const { model: name } = message();
      tell({ type: 'AssistantReplied', data: { text, model: name } });
    },
    think: (): void => tell({ type: 'AssistantThought', data: { model: model.name } }),
    /** A tool call of the model; answers its id. */
    request: (tool: string, input: string): string => {
      const { model: name } = message();
      const toolUseId = `toolu_${random.hex(24)}`;
      tell({ type: 'ToolRequested', data: { toolUseId, tool, input, model: name } });
      if (tool === 'Edit' || tool === 'Write') {
        linesAdded += random.int(1, 48);
        linesRemoved += random.int(0, 22);
      }
      return toolUseId;
    },
    finish: (toolUseId: string, outcome: Outcome, background?: 'shell' | 'agent'): void => {
      tell({ type: 'ToolFinished', data: { toolUseId, outcome, ...(background && { background }) } });
      if (random.chance(0.25)) reportCost();
    },
    /** One call of a subagent with its result. */
    agentStep: (agentId: string, tool: string, input: string): void => {
      const toolUseId = `toolu_${random.hex(24)}`;
      tellOfAgent(agentId, { type: 'ToolRequested', data: { toolUseId, tool, input, model: model.name } });
      tellOfAgent(agentId, { type: 'ToolFinished', data: { toolUseId, outcome: 'done' } });
    },
    endTurn: (durationMs: number, backgroundAgents: number): void => {
      tell({ type: 'TurnEnded', data: { durationMs: Math.round(durationMs), backgroundAgents } });
      reportCost();
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
