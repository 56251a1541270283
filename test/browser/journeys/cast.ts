import { SHA } from '../../../services/enricher/test/stub-github.ts';
import { type Behaviour, says } from '../../../services/enricher/test/stub-model.ts';
import type { Client } from '../../support/claude-client.ts';
import type { World } from './pipeline.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A repository of the host that the stub is. */
export const ATLAS = '127.0.0.1/acme/atlas';

/** The sessions that everything begins with, each in a state of its own. */
export interface Cast {
  /** Mara, widgets: wants to push, for twelve minutes. */
  asking: Client;
  /** Mara, widgets: works, with an agent and a shell in the background. */
  working: Client;
  /** Mara, ledger: its turn has just ended. */
  waiting: Client;
  /** Mara, widgets: the same, to be told what to do. */
  mover: Client;
  /** Mara, ledger: its turn ended twenty minutes ago. */
  idle: Client;
  /** Mara, ledger: closed. */
  ended: Client;
  /** Mara, widgets: run by a program. */
  helper: Client;
  /** Jonas, atlas: asks a question, for five minutes. */
  question: Client;
  /** Jonas, atlas: has a pull request with a red check, and waits. */
  pulled: Client;
  /** Jonas, beacon: long, right-to-left and pictorial words. */
  foreign: Client;
}

export const TITLES = {
  asking: 'Make the cursor survive a truncated file',
  working: 'Property tests for the fold',
  waiting: 'Fix rounding in the CSV export',
  mover: 'Quieter alerts at night',
  idle: 'Seed data for the demo tenant',
  ended: 'Spike: SQLite instead of files',
  helper: 'Summarise the nightly failures',
  question: 'Split the gateway from the tile server',
  pulled: 'Rate limits by tenant',
  foreign: 'תקן את הקורא 🦊',
} as const;

/** Its checks as they are at first, and mended. */
export const RED = [
  { name: 'unit' },
  { name: 'browser', conclusion: 'failure' },
  { name: 'image', status: 'in_progress' },
];
export const GREEN = [{ name: 'unit' }, { name: 'browser' }, { name: 'image' }];

const answers: Behaviour = (asked, reply) => {
  const [goal, doing] = asked.text.includes(TITLES.waiting)
    ? ['Round cents half to even in the export', 'The export rounds as the ledger does.']
    : ['What it is for, as the model puts it', 'What it does, as the model puts it.'];
  says(goal, doing)(asked, reply);
};

/** Everybody at what they do, as their files tell it. */
export const playCast = async ({ mara, jonas, github, model }: World): Promise<Cast> => {
  model.script(answers);
  github.repositories.set('acme/atlas', {
    pulls: [
      {
        number: 418,
        title: TITLES.pulled,
        branch: 'feat/limits',
        head: SHA('a'),
        reviews: [{ by: 'lena', state: 'APPROVED' }],
        runs: RED,
      },
    ],
  });
  const at = (machine: typeof mara, remote: string, branch: string, more = {}): Promise<Client> =>
    machine.start({ cwd: machine.clone(remote, branch), branch, ...more });
  const [asking, working, waiting, mover, idle, ended, helper, question, pulled, foreign] = await Promise.all([
    at(mara, 'github.com/acme/widgets', 'feat/cursor', { tmux: 'work:@3.%7' }),
    at(mara, 'github.com/acme/widgets', 'test/fold'),
    at(mara, 'github.com/acme/ledger', 'fix/rounding'),
    at(mara, 'github.com/acme/widgets', 'fix/alerts'),
    at(mara, 'github.com/acme/ledger', 'chore/seed'),
    at(mara, 'github.com/acme/ledger', 'spike/sqlite'),
    at(mara, 'github.com/acme/widgets', 'main', { isHeadless: true }),
    at(jonas, ATLAS, 'refactor/tiles'),
    at(jonas, ATLAS, 'feat/limits'),
    at(jonas, 'github.com/acme/beacon-of-a-very-long-name-that-no-lane-has-room-for', 'fix/קורא'),
  ]);
  asking.ago(40 * MINUTE).notes({ type: 'permission-mode', permissionMode: 'acceptEdits' });
  asking.notes({ type: 'custom-title', customTitle: TITLES.asking });
  asking.prompts('The reader loses its place when a log file is truncated under it. Make the cursor notice.');
  asking.ago(35 * MINUTE).uses('Edit', { file_path: 'src/cursor.ts', old_string: 'a', new_string: 'b' });
  asking.ago(30 * MINUTE).uses('Bash', { command: 'npx vitest run src/cursor.test.ts' });
  asking.ago(12 * MINUTE).replies('Rebased on main; wants to push the rewritten branch.');
  asking.asks('Bash', { command: 'git push --force-with-lease origin feat/cursor' });

  working.ago(8 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.working });
  working.prompts('Write property tests for evolve and advance.');
  working.uses('TodoWrite', {
    todos: [
      { content: 'Repeats change nothing', status: 'completed', activeForm: 'Testing repeats' },
      { content: 'Replay is equal', status: 'in_progress', activeForm: 'Testing replay' },
    ],
  });
  working
    .ago(6 * MINUTE)
    .uses(
      'Bash',
      { command: 'npm run dev', run_in_background: true },
      { toolUseResult: { backgroundTaskId: 'shell-1' } },
    );
  working
    .ago(4 * MINUTE)
    .launches({ type: 'Explore', description: 'Find all callers of evolve', command: 'rg evolve' });
  working.ago(2 * SECOND).replies('214 of 231 pass; shrinking a counterexample.');

  waiting.ago(9 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.waiting });
  waiting.prompts('Cents are off by one in the CSV export. Find out why and fix it.');
  waiting
    .ago(20 * SECOND)
    .replies('Rounds half to even now, as the ledger does.')
    .ends();

  mover.ago(2 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.mover });
  mover.prompts('Which alerts woke somebody last month?');
  mover
    .ago(10 * SECOND)
    .replies('Three, all of them about disks.')
    .ends();

  idle.ago(26 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.idle });
  idle.prompts('Make seed data for the demo tenant.');
  idle
    .ago(20 * MINUTE)
    .replies('Done: 40 customers.')
    .ends();

  ended.ago(70 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.ended });
  ended.prompts('Would SQLite do instead of files?');
  ended
    .ago(60 * MINUTE)
    .replies('Yes, but slower.')
    .ends();
  ended.notes({ type: 'cost-state', totalCostUSD: 1.25, totalLinesAdded: 12, totalLinesRemoved: 3 });
  await ended.exits();

  helper.ago(MINUTE).notes({ type: 'custom-title', customTitle: TITLES.helper });
  helper.prompts('Summarise the nightly failures.').replies('Reading the log.');

  question.ago(15 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.question });
  question.prompts('Split the gateway from the tile server.').replies('There are two ways.');
  question.ago(5 * MINUTE).asks('AskUserQuestion', {
    questions: [
      {
        question: 'Keep the old endpoint for one release?',
        header: 'Endpoint',
        options: [{ label: 'Yes' }, { label: 'No' }],
      },
    ],
  });

  pulled.ago(10 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.pulled });
  pulled.prompts('Limit requests by tenant.');
  pulled
    .ago(40 * SECOND)
    .replies('The pull request is up.')
    .ends();

  foreign.ago(3 * MINUTE).notes({ type: 'custom-title', customTitle: TITLES.foreign });
  foreign.prompts('<img src=x onerror="document.title=1"> תקן את הקורא').replies('🦊 בודק');
  for (const client of [asking, working, waiting, mover, idle, ended, helper, question, pulled, foreign]) client.ago(0);
  return { asking, working, waiting, mover, idle, ended, helper, question, pulled, foreign };
};
