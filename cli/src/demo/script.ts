import { DELEGATED, FOLLOW_UPS, QUESTIONS, REPLIES } from './cast.ts';
import type { Random } from './random.ts';
import type { DemoSession } from './session.ts';
import type { Ask } from './stories/story.ts';

/** What a session is in while it pauses; `gone`: no process runs it. */
export type Phase = 'calling' | 'thinking' | 'asking' | 'resting' | 'gone';

/** The script's word that nothing happens in this session for a while, ms. */
export interface Pause {
  phase: Phase;
  waitMs: number;
}
export type Script = Generator<Pause, void, undefined>;

export interface ScriptOptions {
  session: DemoSession;
  random: Random;
  now: () => number;
  /** Whether the first turn stops for the story's ask. */
  asksFirst: boolean;
  /** Begins another session in the same process, as /clear does. `undefined` when there is no room for one. */
  clear: () => string | undefined;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** One session for ever: turns, rests, exits, resumes; until it is left by /clear, and then resumed some day too. */
export function* sessionScript(options: ScriptOptions): Script {
  const { session, random } = options;
  let turns = 0;
  let commandIndex = 0;
  const nextCommand = (): string => {
    const { commands } = session.story;
    const command = commands[commandIndex++];
    return command ?? random.pick(session.repository.commands);
  };

  for (;;) {
    session.start();
    session.presence('idle');
    yield { phase: 'thinking', waitMs: random.between(2, 9) * SECOND };
    for (;;) {
      yield* turn(options, turns++, nextCommand);
      const staysShort = random.chance(0.6);
      yield {
        phase: 'resting',
        waitMs: (staysShort ? random.between(0.3, 3) : random.between(6, 15)) * MINUTE,
      };
      if (random.chance(0.14)) break;
    }
    const nextSessionId = random.chance(0.3) ? options.clear() : undefined;
    if (nextSessionId) session.leave(nextSessionId);
    else session.exit(random.chance(0.1) ? 'crashed' : 'clean');
    yield { phase: 'gone', waitMs: random.between(10, 30) * MINUTE };
  }
}

function* turn(options: ScriptOptions, index: number, nextCommand: () => string): Script {
  const { session, random, now, asksFirst } = options;
  const { story, repository } = session;
  const startedAt = now();
  session.presence('busy');
  session.tell({
    type: 'PromptSubmitted',
    data: { text: index === 0 ? story.goal : random.pick(FOLLOW_UPS), by: 'human' },
  });
  yield { phase: 'thinking', waitMs: random.between(1.5, 5) * SECOND };
  session.think();
  if (index === 0) {
    session.tell({ type: 'TitleGiven', data: { title: story.title, by: 'model' } });
    const mode = story.ask.kind === 'plan' ? 'plan' : random.pick(['default', 'default', 'acceptEdits']);
    session.tell({ type: 'PermissionModeChanged', data: { mode } });
  }
  if (index > 0 && random.chance(0.04)) {
    session.tell({ type: 'TurnInterrupted', data: {} });
    session.presence('idle');
    return;
  }

  const steps = random.int(5, 12);
  const askAt = (index === 0 ? asksFirst : random.chance(0.45)) ? random.int(2, steps - 1) : -1;
  const agentsAt = askAt < 0 && random.chance(0.2) ? random.int(1, steps - 1) : -1;
  for (let step = 0; step < steps; step++) {
    yield { phase: 'thinking', waitMs: random.between(1, 8) * SECOND };
    if (random.chance(0.35)) session.reply(random.pick(story.says));
    if (step === askAt) {
      const isAllowed = yield* stopFor(options, index === 0 ? story.ask : laterAsk(options));
      if (!isAllowed) return;
    } else if (step === agentsAt) {
      yield* delegate(options, startedAt);
    } else {
      const [tool, input] = nextCall(random, repository.files, repository.searches, nextCommand);
      const toolUseId = session.request(tool, input);
      yield { phase: 'calling', waitMs: (tool === 'Bash' ? random.between(2, 26) : random.between(0.6, 4)) * SECOND };
      session.finish(toolUseId, random.chance(0.07) ? 'error' : 'done');
    }
  }
  if (story.pullRequest !== undefined && index === 0) yield* openPullRequest(options, story.pullRequest);

  const keepsShell = random.chance(0.12);
  if (keepsShell) session.finish(session.request('Bash', 'npm run dev'), 'done', 'shell');
  yield { phase: 'thinking', waitMs: random.between(1, 5) * SECOND };
  session.reply(index === 0 ? story.done : random.pick(REPLIES));
  session.endTurn(now() - startedAt, 0);
  session.presence(keepsShell ? 'shell' : 'idle');
}

const nextCall = (
  random: Random,
  files: readonly string[],
  searches: readonly string[],
  nextCommand: () => string,
): [tool: string, input: string] => {
  const tool = random.pick(['Bash', 'Bash', 'Read', 'Edit', 'Edit', 'Grep'] as const);
  switch (tool) {
    case 'Bash':
      return [tool, nextCommand()];
    case 'Grep':
      return [tool, random.pick(searches)];
    default:
      return [tool, random.pick(files)];
  }
};

const laterAsk = ({ random, session }: ScriptOptions): Ask =>
  random.pick<Ask>([
    { kind: 'permission', tool: 'Bash', input: `git push origin ${session.story.branch}` },
    { kind: 'permission', tool: 'Bash', input: `git reset --hard origin/${session.story.branch}` },
    { kind: 'permission', tool: 'Edit', input: random.pick(session.repository.files) },
    { kind: 'question', input: random.pick(QUESTIONS) },
  ]);

const TOOL_OF = { question: 'AskUserQuestion', plan: 'ExitPlanMode' } as const;

/** Waits for a person. False when they said no, which ends the turn. */
function* stopFor({ session, random }: ScriptOptions, ask: Ask): Generator<Pause, boolean, undefined> {
  const toolUseId = session.request(ask.kind === 'permission' ? ask.tool : TOOL_OF[ask.kind], ask.input);
  session.presence('waiting', ask.kind === 'question' ? 'input needed' : 'permission prompt');
  yield {
    phase: 'asking',
    waitMs: random.chance(0.75) ? random.between(8, 90) * SECOND : random.between(2, 6) * MINUTE,
  };
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

/** Agents in the background: the turn ends, they go on, and their report begins the next one by itself. */
function* delegate({ session, random, now }: ScriptOptions, startedAt: number): Script {
  const agents = Array.from({ length: random.int(1, 3) }, () => `a${random.hex(8)}`);
  for (const _agent of agents) session.finish(session.request('Agent', random.pick(DELEGATED)), 'done', 'agent');
  session.endTurn(now() - startedAt, agents.length);
  for (let left = random.int(3, 8); left > 0; left--) {
    yield { phase: 'calling', waitMs: random.between(4, 15) * SECOND };
    session.agentStep(random.pick(agents), 'Read', random.pick(session.repository.files));
  }
  session.tell({ type: 'PromptSubmitted', data: { text: 'A background task has finished', by: 'client' } });
  session.reply('The agents are back; going through what they found.');
}

function* openPullRequest({ session, random }: ScriptOptions, number: number): Script {
  const { repository, story } = session;
  const toolUseId = session.request('Bash', `gh pr create --title "${story.title}" --fill`);
  yield { phase: 'calling', waitMs: random.between(3, 8) * SECOND };
  session.finish(toolUseId, 'done');
  const url = `https://github.com/${repository.name}/pull/${number}`;
  session.tell({ type: 'PullRequestLinked', data: { url, number, repository: repository.name } });
}
