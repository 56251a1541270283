import { keepMemorySmall, startFast, thenServeFast } from '@crewboard/ingest/engine';
import { Command, Option } from 'commander';
import { version } from '../package.json' with { type: 'json' };
import type { AgentFlags } from './agent/command.ts';
import type { ForgetFlags } from './forget/command.ts';
import type { InstallOptions } from './hooks/command.ts';
import type { ScopeOptions } from './hooks/scope.ts';
import type { PrivateFlags } from './private/command.ts';
import type { ReplayFlags } from './replay/command.ts';
import type { InviteFlags, IssueFlags } from './token/command.ts';

/** Where a person would look for a flag. */
const SETTINGS = `
Settings are environment variables. What most people need:
  PORT, HOST           where the board listens (4400, 127.0.0.1)
  CLAUDE_CONFIG_DIR    the folder of Claude Code (~/.claude)
  CREWBOARD_DATA_DIR   the folder of Crewboard (~/.crewboard)
  REDIS_URL            a log in Redis instead of in that folder`;

const FIRST_STEPS = `
\`crewboard up\` serves the board at http://127.0.0.1:4400; \`crewboard demo\` shows it with invented sessions.
Something looks wrong? \`crewboard doctor\` says what to do.`;

/** Everything that can be typed. Sub-commands load what they need when they run: a command starts as fast as its own part. */
export const createProgram = (): Command => {
  const program = new Command('crewboard')
    .description('A live board of every Claude Code session of a team')
    .version(version)
    .showHelpAfterError('Add --help to see what can be typed.')
    .addHelpText('after', FIRST_STEPS);

  program
    .command('up')
    .description('serve the board of this machine’s sessions, everything in one process')
    .addHelpText('after', SETTINGS)
    .action(async () => {
      startFast();
      thenServeFast();
      return (await import('./up.ts')).up(process.env);
    });

  program
    .command('agent')
    .description('report this machine’s sessions to a team’s board')
    .option('--join <link>', 'join a board first: what an invitation shows, <address>#<code>')
    .option('--machine <name>', 'with --join: what the board is to call this machine (default: its host name)')
    .option('--ca <file>', 'with --join: certificates to trust, where a company signs its own')
    .option('--insecure-http', 'with --join: the way to the board is safe without encryption (a VPN, containers)')
    .option('--leave', 'forget the board that was joined')
    .option('--show', 'print what was sent and what would be sent now; sends nothing')
    .option('--sent', 'with --show: only what was sent')
    .option('--next', 'with --show: only what would be sent now')
    .option('--install', 'keep the agent running, now and after each login')
    .option('--uninstall', 'take away what --install made')
    .option('--status', 'how the agent of this machine fares, and what to do next')
    .option('--json', 'with --status: as one JSON object; with --show: one a line, and nothing else')
    .addOption(new Option('--settings <file>').hideHelp())
    .addOption(new Option('--log-file <file>').hideHelp())
    .action(async (flags: AgentFlags) => {
      startFast();
      keepMemorySmall();
      return (await import('./agent/command.ts')).agent(process.env, flags);
    });

  program
    .command('demo')
    .description('show a lively board of invented sessions')
    .action(async () => (await import('./demo.ts')).demo(process.env));

  program
    .command('replay')
    .description('play a recorded run through the real parsers and the fold')
    .argument('<capture>', 'folder of the capture')
    .option('--json', 'print every change of status as a JSON line')
    .option('--realtime', 'at its own pace, through real files and watchers, into a board of its own')
    .option('--speed <n>', 'with --realtime: so many times as fast')
    .action(async (capture: string, options: ReplayFlags) =>
      (await import('./replay/command.ts')).replay(capture, options),
    );

  program
    .command('rebuild')
    .description('forget the board and fold the whole log again')
    .action(async () => (await import('./rebuild.ts')).rebuild(process.env));

  program
    .command('forget')
    .description('have the board erase what this machine told of some sessions')
    .option('--repo <glob>', 'those of some repositories: acme/widgets, acme/*')
    .option('--session <id>', 'one session')
    .option('--all', 'all of this machine')
    .option('--yes', 'do not ask')
    .action(async (flags: ForgetFlags) => (await import('./forget/command.ts')).forget(process.env, flags));

  const privately = program
    .command('private')
    .description('keep sessions off the board; only their number is told')
    .helpCommand(false);
  const ofRepo = ['--repo <glob>', 'repositories: acme/widgets, acme/*'] as const;
  const ofPath = ['--path <glob>', 'folders and all below them: ~/clients'] as const;

  privately
    .command('on')
    .description(
      'hide a repository (default: the one of the current folder) at once, and take off the board what was told',
    )
    .option(...ofRepo)
    .option(...ofPath)
    .option('--all', 'everything on this machine')
    .action(async (flags: PrivateFlags) => (await import('./private/command.ts')).hide(process.env, flags));

  privately
    .command('off')
    .description('tell them again, from now on')
    .option(...ofRepo)
    .option(...ofPath)
    .option('--all', 'what was hidden with on --all')
    .action(async (flags: PrivateFlags) => (await import('./private/command.ts')).reveal(process.env, flags));

  privately
    .command('status')
    .description('show what leaves this machine, and by which rules')
    .action(async () => (await import('./private/command.ts')).status(process.env));

  const hooks = program
    .command('hooks')
    .description('let Claude Code tell the board what it asks; without them it only knows that something is asked')
    .helpCommand(false);
  const inProject = [
    '--project [folder]',
    'the settings of a project (default: the current folder) instead of your own',
  ] as const;
  const inLocal = ['--local', 'with --project: settings.local.json, which is not shared'] as const;

  hooks
    .command('install')
    .description('add our hooks to the settings, nothing else in them is touched')
    .option(...inProject)
    .option(...inLocal)
    .option('--client-version <version>', 'of Claude Code, where it is not on the PATH')
    .action(async (options: InstallOptions) => (await import('./hooks/command.ts')).install(process.env, options));

  hooks
    .command('remove')
    .description('take our hooks out of the settings again')
    .option(...inProject)
    .option(...inLocal)
    .action(async (options: ScopeOptions) => (await import('./hooks/command.ts')).remove(process.env, options));

  hooks
    .command('status')
    .description('show where our hooks are, and when they were last heard of')
    .option('--json', 'as one JSON object')
    .action(async (options: { json?: true }) => (await import('./hooks/command.ts')).status(process.env, options));

  const token = program
    .command('token')
    .description('say which machines may report to this board; run where the board runs')
    .helpCommand(false);

  token
    .command('invite')
    .description('print the line that lets one machine join, once')
    .requiredOption('--owner <name>', 'whose machine it is, as the board calls this person')
    .option('--expires <time>', 'how long the line is good: 30m, 24h, 7d', '24h')
    .option('--url <address>', 'the board’s address for that machine (default: CREWBOARD_PUBLIC_URL)')
    .action(async (flags: InviteFlags) => (await import('./token/command.ts')).invite(process.env, flags));

  token
    .command('list')
    .description('show the machines that joined, and the invitations that are open')
    .option('--json', 'as one JSON object')
    .action(async (flags: { json?: true }) => (await import('./token/command.ts')).list(process.env, flags));

  token
    .command('revoke')
    .description('cut a machine off')
    .argument('<machine>', 'its name or its id')
    .action(async (machine: string) => (await import('./token/command.ts')).revoke(process.env, machine));

  token
    .command('cancel')
    .description('take an invitation back')
    .argument('<invitation>', 'its id')
    .action(async (id: string) => (await import('./token/command.ts')).cancel(process.env, id));

  token
    .command('issue')
    .description('print a token for a machine that a program sets up, without an invitation')
    .requiredOption('--machine <name>', 'what the board is to call it')
    .requiredOption('--owner <name>', 'whose machine it is')
    .action(async (flags: IssueFlags) => (await import('./token/command.ts')).issue(process.env, flags));

  program
    .command('doctor')
    .description('look for what is wrong on this machine, and say what to do about it')
    .option('--json', 'as one JSON object')
    .action(async (options: { json?: true }) => (await import('./doctor/command.ts')).doctor(process.env, options));

  return program;
};
