import { agentConfigSchema, runningAgent } from '@crewboard/ingest';
import { ConfigError, parseConfig } from '@crewboard/runtime';
import { makeDataFolder } from '../data-folder.ts';
import { installAgent } from './install/install.ts';
import { readSettings } from './install/kept-settings.ts';
import { uninstallAgent } from './install/uninstall.ts';
import { type JoinFlags, joinBoard } from './join.ts';
import { leaveBoard } from './leave.ts';
import { describeStatus } from './print-status.ts';
import { runAgent } from './run.ts';
import { type ShowFlags, showSent } from './show.ts';
import { agentStatus } from './status.ts';

export interface AgentFlags extends JoinFlags, ShowFlags {
  /** What an invitation shows. */
  join?: string;
  leave?: true;
  show?: true;
  install?: true;
  uninstall?: true;
  status?: true;
  /** A file with settings that go before the environment: an installed agent runs with it. */
  settings?: string;
  logFile?: string;
}

/** What says something only beside another flag. */
const GOES_WITH: readonly { flag: keyof AgentFlags; typed: string; with: readonly (keyof AgentFlags)[] }[] = [
  { flag: 'machine', typed: '--machine', with: ['join'] },
  { flag: 'ca', typed: '--ca', with: ['join'] },
  { flag: 'insecureHttp', typed: '--insecure-http', with: ['join'] },
  { flag: 'sent', typed: '--sent', with: ['show'] },
  { flag: 'next', typed: '--next', with: ['show'] },
  { flag: 'json', typed: '--json', with: ['status', 'show'] },
];

/** Throws where a flag would say nothing: whoever typed it thinks that it does. */
const refuseIdleFlags = (flags: AgentFlags): void => {
  for (const { flag, typed, with: others } of GOES_WITH) {
    if (flags[flag] === undefined || others.some((other) => flags[other] !== undefined)) continue;
    throw new ConfigError(`${typed} goes with ${others.map((other) => `--${other}`).join(' or ')}.`);
  }
};

/** `crewboard agent`: reports this machine's sessions to a board elsewhere, until it is told to stop; or what its flags say. */
export const agent = async (ownEnv: NodeJS.ProcessEnv, flags: AgentFlags): Promise<void> => {
  refuseIdleFlags(flags);
  const env = flags.settings === undefined ? ownEnv : { ...ownEnv, ...readSettings(flags.settings) };
  const config = parseConfig(agentConfigSchema, env);
  if (flags.status) {
    const status = await agentStatus(env, config, Date.now());
    if (flags.json) console.log(JSON.stringify(status, null, 2));
    else for (const line of describeStatus(status, Date.now())) console.log(line);
    if (status.next !== null) process.exitCode = 1;
    return;
  }
  if (flags.show) return showSent(config, flags);
  if (flags.uninstall) await uninstallAgent(env, config);
  if (flags.leave) await leaveBoard(config);
  if (flags.uninstall || flags.leave) return;
  makeDataFolder(config.CREWBOARD_DATA_DIR);
  if (flags.join !== undefined) {
    await joinBoard(config, flags.join, flags);
    const other = flags.install ? undefined : await runningAgent(config.CREWBOARD_DATA_DIR);
    if (other) {
      console.log(`The agent that runs here (process ${other.pid}) goes on with it by itself.`);
      return;
    }
  }
  if (flags.install) {
    await installAgent(env, config);
    return;
  }
  const isWatched = process.stdout.isTTY === true && flags.logFile === undefined && !env.LOG_LEVEL;
  await runAgent(config, { waitsToJoin: flags.settings !== undefined, logPath: flags.logFile, isWatched });
};
