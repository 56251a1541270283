import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { HOOK_EVENTS, type HookVariant, hookScript } from '@crewboard/ingest/hook-settings';
import { parseConfig } from '@crewboard/runtime';
import { settingsSchema } from '../settings.ts';
import { type ClientVersion, clientVersion } from './client-version.ts';
import { SettingsRefused } from './document.ts';
import { groupsFor, type InstallOutcome, installHooks, type RemoveOutcome, removeHooks } from './install.ts';
import { explainObstacle, managedFolder, obstacleTo, settingsWithASay } from './policy.ts';
import { placeOf, type ScopeOptions, type SettingsPlace } from './scope.ts';
import { hooksStatus } from './status.ts';
import { describeStatus } from './wording.ts';

export interface InstallOptions extends ScopeOptions {
  clientVersion?: string;
}

const hookSettingsSchema = settingsSchema.pick({ CLAUDE_CONFIG_DIR: true, CREWBOARD_DATA_DIR: true });

const foldersOf = (env: NodeJS.ProcessEnv) => {
  const { CLAUDE_CONFIG_DIR: claudeDir, CREWBOARD_DATA_DIR: dataDir } = parseConfig(hookSettingsSchema, env);
  return { claudeDir, dataDir, managed: managedFolder(process.platform) };
};

/** The shell's hook is the faster one; Windows has no shell that is sure to be there. */
const hookVariant = (platform: NodeJS.Platform = process.platform): HookVariant =>
  platform !== 'win32' && existsSync('/bin/sh') ? 'sh' : 'node';

/** `crewboard hooks install`: prints what it did. Rejects, with the settings untouched, where it must not or cannot. */
export const install = async (env: NodeJS.ProcessEnv, options: InstallOptions): Promise<void> => {
  const { claudeDir, dataDir, managed } = foldersOf(env);
  const place = placeOf(options, claudeDir);
  requireProject(place);
  const client = await clientVersion(claudeDir, { said: options.clientVersion, env });
  if (!client) {
    throw new Error(
      'No Claude Code was found (`claude --version`), and hooks that its version does not know would break its settings.\nSay which it is: crewboard hooks install --client-version 2.1.330',
    );
  }
  const obstacle = await obstacleTo(settingsWithASay(place.path, claudeDir), { claudeDir, managed });
  if (obstacle) throw new Error(`Hooks were not installed. ${explainObstacle(obstacle)}`);
  const context = { dataDir, variant: hookVariant(), now: Date.now() };
  const groups = groupsFor(client.version, context);
  const outcome = await explained(place.path, () => installHooks(place.path, groups, context));
  for (const line of installedLines(outcome, place, client, [...groups.keys()])) console.log(line);
};

/** `crewboard hooks remove`: the settings are as they were before. Rejects, with the settings untouched, where it cannot. */
export const remove = async (env: NodeJS.ProcessEnv, options: ScopeOptions): Promise<void> => {
  const { claudeDir, dataDir } = foldersOf(env);
  const { path } = placeOf(options, claudeDir);
  const outcome = await explained(path, () => removeHooks(path, dataDir));
  console.log(removedLine(outcome, path));
  const variant = hookVariant();
  if (outcome !== 'not installed') {
    console.log(`${hookScript(dataDir, variant)} stays for sessions that still run; it goes with the data folder.`);
  }
};

/** `crewboard hooks status`: what is installed where, and when a hook was last heard of. */
export const status = async (env: NodeJS.ProcessEnv, { json }: { json?: true }): Promise<void> => {
  const found = await hooksStatus(foldersOf(env));
  if (json) console.log(JSON.stringify(found, null, 2));
  else for (const line of describeStatus(found, Date.now())) console.log(line);
};

/** A folder that is mistyped must not come into being. */
const requireProject = ({ scope, path }: SettingsPlace): void => {
  const folder = dirname(dirname(path));
  if (scope !== 'user' && !existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
};

const explained = async <Result>(path: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SettingsRefused)
      throw new Error(`${path} was left alone: ${error.message}.`, { cause: error });
    const isDenied = error instanceof Error && 'code' in error && /^(EACCES|EPERM|EROFS)$/.test(String(error.code));
    if (!isDenied) throw error;
    throw new Error(`${path} was left alone: its folder or the data folder may not be written (${error.message}).`, {
      cause: error,
    });
  }
};

const installedLines = (
  outcome: InstallOutcome,
  { path, scope }: SettingsPlace,
  { version, from }: ClientVersion,
  events: readonly string[],
): string[] => {
  const source = { option: 'as said', path: 'as installed', presence: 'as last seen' }[from];
  const client = `Claude Code ${version} (${source})`;
  if (outcome === 'unchanged') return [`The hooks are in ${path} already, for ${client}. Nothing was changed.`];
  if (outcome === 'script renewed') return [`${path} is as it was; the hook itself was brought up to date.`];
  const lines = [
    `${outcome === 'installed' ? 'Installed' : 'Updated'}: hooks for ${events.length} events in ${path}, for ${client}.`,
    'Sessions that run take them up at their next turn. `crewboard hooks remove` takes them out again.',
  ];
  const missing = HOOK_EVENTS.filter(({ name }) => !events.includes(name));
  if (missing.length > 0) {
    const names = missing.map(({ name, since }) => `${name} (${since})`).join(', ');
    lines.push(`Newer versions also know ${names}: install again after an update.`);
  }
  if (scope === 'project') {
    lines.push(
      'This file may be shared through git. For others the hooks do nothing; with --local they are yours alone.',
    );
  }
  return lines;
};

const removedLine = (outcome: RemoveOutcome, path: string): string =>
  ({
    restored: `Removed: ${path} is byte for byte as it was before.`,
    deleted: `Removed: ${path} held nothing else and is gone again.`,
    removed: `Removed from ${path}. It was changed since the hooks were installed: everything else stays as it is.`,
    'not installed': `There are no hooks of ours in ${path}.`,
  })[outcome];
