import { Command } from 'commander';
import { version } from '../package.json' with { type: 'json' };

/** Sub-commands load what they need when they run: a command starts as fast as its own part. */
const program = new Command('crewboard')
  .description('A live board of every Claude Code session of a team')
  .version(version);

program
  .command('up')
  .description('serve the board of this machine’s sessions, everything in one process')
  .action(async () => (await import('./up.ts')).up(process.env));

program
  .command('agent')
  .description('report this machine’s sessions to a board elsewhere (CREWBOARD_URL, CREWBOARD_INGEST_TOKEN)')
  .action(async () => (await import('./agent.ts')).agent(process.env));

program
  .command('demo')
  .description('show a lively board of invented sessions')
  .action(async () => (await import('./demo.ts')).demo(process.env));

program
  .command('replay')
  .description('play a recorded run through the real parsers and the fold')
  .argument('<capture>', 'folder of the capture')
  .option('--json', 'print every change of status as a JSON line')
  .action(async (capture: string, { json }: { json?: true }) =>
    (await import('./replay/command.ts')).replay(capture, json === true),
  );

program
  .command('rebuild')
  .description('forget the board and fold the whole log again')
  .action(async () => (await import('./rebuild.ts')).rebuild(process.env));

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
