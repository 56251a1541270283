import { DELEGATED, QUESTIONS } from './cast.ts';
import { MINUTE, type Pause, type Script, type ScriptOptions, SECOND } from './pause.ts';
import type { Ask } from './stories/story.ts';

const TOOL_OF = { question: 'AskUserQuestion', plan: 'ExitPlanMode' } as const;

export const laterAsk = ({ random, session }: ScriptOptions): Ask =>
  random.pick<Ask>([
    { kind: 'permission', tool: 'Bash', input: `git push origin ${session.story.branch}` },
    { kind: 'permission', tool: 'Bash', input: `git reset --hard origin/${session.story.branch}` },
    { kind: 'permission', tool: 'Edit', input: random.pick(session.repository.files) },
    { kind: 'question', input: random.pick(QUESTIONS) },
    { kind: 'elicitation', server: 'tickets', input: 'Which ticket does this belong to?' },
  ]);

const untilAnswered = ({ random }: ScriptOptions): Pause => ({
  phase: 'asking',
  waitMs: random.chance(0.75) ? random.between(8, 90) * SECOND : random.between(2, 6) * MINUTE,
});

/** Waits for a person. False when they said no, which ends the turn. */
export function* stopFor(options: ScriptOptions, ask: Ask): Generator<Pause, boolean, undefined> {
  const { session, random } = options;
  if (ask.kind === 'elicitation') {
    session.askForm(ask.server, ask.input);
    session.presence('waiting', 'input needed');
    yield untilAnswered(options);
    session.answerForm(ask.server);
    session.presence('busy');
    return true;
  }
  const tool = ask.kind === 'permission' ? ask.tool : TOOL_OF[ask.kind];
  const toolUseId = session.request(tool, ask.input);
  session.askPerson(ask.kind, { toolUseId, tool, input: ask.input });
  session.presence('waiting', ask.kind === 'question' ? 'input needed' : 'permission prompt');
  yield untilAnswered(options);
  if (random.chance(0.1)) {
    session.finish(toolUseId, 'rejected');
    session.tell({ type: 'TurnInterrupted', data: {} });
    session.presence('idle');
    return false;
  }
  session.presence('busy');
  if (ask.kind === 'permission') yield { phase: 'calling', waitMs: random.between(1, 18) * SECOND };
  if (ask.kind === 'plan') session.tell({ type: 'PermissionModeChanged', data: { mode: 'acceptEdits' } });
  session.finish(toolUseId, 'done');
  return true;
}

/** The session and one of its agents ask one after the other, before anyone has answered. */
export function* askTwice(options: ScriptOptions, ask: Ask): Script {
  const { session, random } = options;
  const agent = beginAgent(options, false);
  yield { phase: 'delegating', waitMs: random.between(5, 12) * SECOND };
  const [tool, input] = ask.kind === 'permission' ? [ask.tool, ask.input] : ['Bash', 'git fetch --all'];
  const own = session.request(tool, input);
  session.askPerson('permission', { toolUseId: own, tool, input });
  session.presence('waiting', 'permission prompt');
  yield { phase: 'thinking', waitMs: random.between(20, 50) * SECOND };
  const command = random.pick(session.repository.commands);
  const call = session.requestOfAgent(agent.agentId, 'Bash', command);
  session.askPerson('permission', { toolUseId: call, tool: 'Bash', input: command }, agent.agentId);
  yield untilAnswered(options);
  session.presence('busy');
  session.finish(own, 'done');
  session.presence('waiting', 'permission prompt');
  yield untilAnswered(options);
  session.presence('busy');
  yield { phase: 'calling', waitMs: random.between(3, 12) * SECOND };
  session.finishOfAgent(agent.agentId, call);
  session.stopAgent(agent.agentId, 'done');
  session.finish(agent.toolUseId, 'done');
}

interface Agent {
  agentId: string;
  toolUseId: string;
}

const beginAgent = ({ session, random }: ScriptOptions, isBackground: boolean): Agent => {
  const agentId = `a${random.hex(16)}`;
  const [agentType, description] = random.pick(DELEGATED);
  const toolUseId = session.request('Agent', description);
  session.startAgent(agentId, { agentType, description, toolUseId, isBackground });
  if (isBackground) session.finish(toolUseId, 'done', { kind: 'agent', taskId: agentId });
  return { agentId, toolUseId };
};

/** Each of them reads here and there for a while. */
function* workOf(options: ScriptOptions, agents: readonly Agent[]): Script {
  const { session, random } = options;
  const open = new Map<string, string>();
  for (let left = agents.length * random.int(3, 5); left > 0; left--) {
    const { agentId } = random.pick(agents);
    const before = open.get(agentId);
    if (before) session.finishOfAgent(agentId, before);
    const tool = random.pick(['Read', 'Read', 'Grep', 'Bash'] as const);
    const { files, searches, commands } = session.repository;
    const input = random.pick(tool === 'Read' ? files : tool === 'Grep' ? searches : commands);
    open.set(agentId, session.requestOfAgent(agentId, tool, input));
    yield { phase: 'delegating', waitMs: random.between(4, 15) * SECOND };
  }
  for (const [agentId, toolUseId] of open) session.finishOfAgent(agentId, toolUseId);
}

/** Agents that the turn waits for. */
export function* delegate(options: ScriptOptions, count = options.random.int(1, 4)): Script {
  const { session, random } = options;
  const agents = Array.from({ length: count }, () => beginAgent(options, false));
  yield* workOf(options, agents);
  for (const { agentId, toolUseId } of agents) {
    session.stopAgent(agentId, random.chance(0.1) ? 'failed' : 'done');
    session.finish(toolUseId, 'done');
  }
}

/** Agents in the background: the turn ends, they go on, and their report begins the next one by itself. */
export function* delegateToBackground(options: ScriptOptions, startedAt: number): Script {
  const { session, random, now } = options;
  const agents = Array.from({ length: random.int(1, 3) }, () => beginAgent(options, true));
  session.reply('The agents are at it; I go on as soon as they are back.');
  session.endTurn(now() - startedAt, agents.length);
  yield* workOf(options, agents);
  for (const { agentId } of agents) {
    session.stopAgent(agentId, 'done');
    session.tell({ type: 'BackgroundTaskEnded', data: { taskId: agentId, outcome: 'done' } });
  }
  session.prompt('A background task has finished', 'client');
  session.reply('The agents are back; going through what they found.');
}

export function* compact({ session, random }: ScriptOptions): Script {
  session.startCompaction();
  yield { phase: 'compacting', waitMs: random.between(15, 45) * SECOND };
  session.finishCompaction();
}

/** The service is overloaded for a while. */
export function* retry({ session, random, now }: ScriptOptions): Script {
  const attempts = random.int(2, 4);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const waitMs = Math.round(2 ** attempt * random.between(1.5, 3) * SECOND);
    const retryAt = Math.round(now()) + waitMs;
    session.tell({ type: 'RequestRetried', data: { attempt, of: 10, httpStatus: 529, retryAt } });
    yield { phase: 'retrying', waitMs };
  }
}

export function* openPullRequest({ session, random }: ScriptOptions, number: number): Script {
  const { repository, story } = session;
  const toolUseId = session.request('Bash', `gh pr create --title "${story.title}" --fill`);
  yield { phase: 'calling', waitMs: random.between(3, 8) * SECOND };
  session.finish(toolUseId, 'done');
  const url = `https://github.com/${repository.name}/pull/${number}`;
  session.tell({ type: 'PullRequestLinked', data: { url, number, repository: repository.name } });
}

/** A lid is closed, and opened again. */
export function* machineLost({ session, random }: ScriptOptions): Script {
  session.lose();
  yield { phase: 'away', waitMs: random.between(3, 9) * MINUTE };
  session.recover();
}
