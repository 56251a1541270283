import { FAILURES, FOLLOW_UPS, REPLIES } from './cast.ts';
import { type Incident, MINUTE, type Pause, type Script, type ScriptOptions, SECOND } from './pause.ts';
import type { Random } from './random.ts';
import {
  askTwice,
  compact,
  delegate,
  delegateToBackground,
  laterAsk,
  machineLost,
  openPullRequest,
  retry,
  stopFor,
} from './scenes.ts';
import type { Story } from './stories/story.ts';

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
      // A program asks once and takes the answer.
      if (session.isHeadless) break;
      const staysShort = random.chance(0.6);
      yield {
        phase: 'resting',
        waitMs: (staysShort ? random.between(0.3, 3) : random.between(6, 15)) * MINUTE,
      };
      if (random.chance(0.14)) break;
    }
    const nextSessionId = !session.isHeadless && random.chance(0.3) ? options.clear() : undefined;
    if (nextSessionId) session.leave(nextSessionId);
    else session.exit(random.chance(0.1) ? 'crashed' : 'clean');
    yield { phase: 'gone', waitMs: random.between(10, 30) * MINUTE };
  }
}

/** What later turns come across by chance. */
const CHANCES: readonly (readonly [incident: Incident, probability: number])[] = [
  ['interrupted', 0.04],
  ['fails', 0.04],
  ['asks', 0.38],
  ['asks twice', 0.06],
  ['agents', 0.14],
  ['agents in the background', 0.12],
  ['retries', 0.05],
  ['shell', 0.1],
];

const incidentOf = (random: Random): Incident | null => {
  let rest = random.next();
  for (const [incident, probability] of CHANCES) {
    rest -= probability;
    if (rest < 0) return incident;
  }
  return null;
};

function* turn(options: ScriptOptions, index: number, nextCommand: () => string): Script {
  const { session, random, now, first } = options;
  const { story, repository } = session;
  const drawn = incidentOf(random);
  // Nobody sits before a program to be asked.
  const incident = session.isHeadless ? null : index === 0 ? first : drawn;
  const startedAt = now();
  for (const taskId of session.shells()) if (random.chance(0.5)) session.endShell(taskId);
  session.presence('busy');
  session.prompt(index === 0 ? story.goal : random.pick(FOLLOW_UPS), session.isHeadless ? 'program' : 'human');
  yield { phase: 'thinking', waitMs: random.between(1.5, 5) * SECOND };
  session.think();
  if (index === 0) {
    session.tell({ type: 'TitleGiven', data: { title: story.title, by: 'model' } });
    const mode = story.ask.kind === 'plan' ? 'plan' : random.pick(['default', 'default', 'acceptEdits']);
    session.tell({ type: 'PermissionModeChanged', data: { mode } });
  }

  const steps = random.int(5, 12);
  const incidentAt = incident === null ? -1 : random.int(2, steps - 1);
  for (let step = 0; step < steps; step++) {
    yield { phase: 'thinking', waitMs: random.between(1, 8) * SECOND };
    if (random.chance(0.35)) session.reply(random.pick(story.says));
    if (index === 0 && story.tasks) listTasks(options, story.tasks, step / steps);
    if (session.isFull()) yield* compact(options);
    if (step === incidentAt && incident) {
      const goesOn = yield* comeAcross(options, incident, index === 0 ? story.ask : laterAsk(options), startedAt);
      if (!goesOn) return;
      continue;
    }
    const [tool, input] = nextCall(random, repository.files, repository.searches, nextCommand);
    const toolUseId = session.request(tool, input);
    yield { phase: 'calling', waitMs: (tool === 'Bash' ? random.between(2, 26) : random.between(0.6, 4)) * SECOND };
    session.finish(toolUseId, random.chance(0.07) ? 'error' : 'done');
  }
  if (story.pullRequest !== undefined && index === 0) yield* openPullRequest(options, story.pullRequest);
  yield { phase: 'thinking', waitMs: random.between(1, 5) * SECOND };
  if (index === 0 && story.tasks) listTasks(options, story.tasks, 1);
  session.reply(index === 0 ? story.done : random.pick(REPLIES));
  session.endTurn(now() - startedAt, 0);
  session.presence(session.shells().length > 0 ? 'shell' : 'idle');
}

/** False where the turn is over with it. */
function* comeAcross(
  options: ScriptOptions,
  incident: Incident,
  ask: Story['ask'],
  startedAt: number,
): Generator<Pause, boolean, undefined> {
  const { session, random } = options;
  switch (incident) {
    case 'asks':
      return yield* stopFor(options, ask);
    case 'asks twice':
      yield* askTwice(options, ask);
      return true;
    case 'agents':
      yield* delegate(options);
      return true;
    case 'agents in the background':
      yield* delegateToBackground(options, startedAt);
      return true;
    case 'compacts':
      yield* compact(options);
      return true;
    case 'retries':
      yield* retry(options);
      return true;
    case 'machine lost':
      yield* machineLost(options);
      return true;
    case 'shell': {
      const shell = session.request('Bash', session.repository.serves);
      session.finish(shell, 'done', { kind: 'shell', taskId: `b${random.hex(8)}` });
      return true;
    }
    case 'fails':
      yield* retry(options);
      session.failTurn(random.pick(FAILURES));
      session.presence('idle');
      return false;
    case 'interrupted':
      session.tell({ type: 'TurnInterrupted', data: {} });
      session.presence('idle');
      return false;
  }
}

/** `part` of the list is done, from 0 to 1. */
const listTasks = ({ session }: ScriptOptions, subjects: readonly string[], part: number): void => {
  const done = Math.floor(part * subjects.length);
  const tasks = subjects.map((subject, index) => ({
    id: `${index + 1}`,
    subject,
    status: index < done ? ('completed' as const) : index === done ? ('in_progress' as const) : ('pending' as const),
  }));
  session.tell({ type: 'TasksListed', data: { tasks } });
};

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
