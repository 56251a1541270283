import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type AgentConfig,
  boardClient,
  connectBoard,
  findTarget,
  networkOf,
  runningAgent,
  saveCredentials,
  type Target,
} from '@crewboard/ingest';
import { ConfigError } from '@crewboard/runtime';
import { version } from '../../../package.json' with { type: 'json' };
import { copyPackage } from './copy-package.ts';
import type { KeptProgram } from './keeper.ts';
import { keptSettings, saveSettings, settingsPath } from './kept-settings.ts';
import { appsDir, isKeptRunning, keeperHere, lastingNode, packageDir, run, runSteps } from './system.ts';

/**
 * `crewboard agent --install`: keeps the agent running from now on and after each login, from a copy of this package, as this person
 * and with nothing outside of their home. A repeat replaces what was installed.
 */
export const installAgent = async (env: NodeJS.ProcessEnv, config: AgentConfig, from = packageDir()): Promise<void> => {
  const dataDir = resolve(config.CREWBOARD_DATA_DIR);
  await keepTarget(config);
  await saveSettings(dataDir, keptSettings(env, config));
  const app = join(appsDir(dataDir), version);
  await copyPackage(from, app);
  const script = join(app, 'bin', 'crewboard.js');
  const program: KeptProgram = {
    node: lastingNode(process.execPath),
    args: [script, 'agent', '--settings', settingsPath(dataDir)],
  };
  const keeper = keeperHere(env, dataDir);
  const probed = keeper && (await run(keeper.probe.command));
  if (!keeper || !probed?.isOk) {
    sayWhatElse(
      program,
      keeper ? keeper.probe.failed : `nothing is known of how ${process.platform} keeps programs running`,
    );
    return;
  }
  const other = (await isKeptRunning(keeper)) ? undefined : await runningAgent(dataDir);
  await mkdir(dirname(keeper.path), { recursive: true });
  await writeFile(keeper.path, keeper.file(program), { mode: 0o600 });
  await chmod(keeper.path, 0o600);
  const failed = await runSteps(keeper.start);
  if (failed)
    throw new InstallFailed(
      `${failed.command}: ${failed.printed}\nThe agent is copied to ${app}, but nothing starts it.`,
    );
  await removeOthers(dataDir);
  console.log(`The agent runs from now on, and after each login: ${keeper.what}.`);
  if (other)
    console.log(
      `An agent that was started by hand (process ${other.pid}) still runs: the installed one takes over when it ends.`,
    );
  if (keeper.note !== undefined) console.log(keeper.note);
  console.log('How it fares: crewboard agent --status. To end it: crewboard agent --uninstall');
};

/** A step of the system did not work. */
class InstallFailed extends Error {
  readonly code = 'INSTALL_FAILED';
}

/** An installed agent goes by the credentials alone. What the environment names is kept there, once the board has said whose it is. */
const keepTarget = async (config: AgentConfig): Promise<void> => {
  const target: Target = await findTarget(config);
  if (target.kind === 'redis') {
    throw new ConfigError(
      'Only an agent that has joined a board can be installed: crewboard agent --join <link> --install',
    );
  }
  if (target.from === 'credentials') return;
  const { url, token } = target;
  const connection = connectBoard(url, networkOf(config));
  try {
    const { machineId, machine, owner } = await boardClient(connection, token).hello(AbortSignal.timeout(30_000));
    await saveCredentials(config.CREWBOARD_DATA_DIR, { url, token, machineId, machine, owner });
  } finally {
    await connection.close();
  }
};

/** What to do where nothing keeps a program running: said, not done, since it is the person's own crontab. */
const sayWhatElse = ({ node, args }: KeptProgram, why: string): void => {
  const line = [node, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  console.log(`The agent is copied, but nothing here keeps it running: ${why}.`);
  console.log('Let something else start it, for example cron at each start of the machine:');
  console.log(`  (crontab -l 2>/dev/null; echo ${JSON.stringify(`@reboot ${line}`)}) | crontab -`);
  console.log(`or a container's or supervisor's own entry:\n  ${line}`);
  process.exitCode = 1;
};

const removeOthers = async (dataDir: string): Promise<void> => {
  const apps = appsDir(dataDir);
  for (const name of await readdir(apps)) {
    if (name !== version) await rm(join(apps, name), { recursive: true, force: true });
  }
};
