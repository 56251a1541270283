import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_WITH_PRESENCE, parsePresence, pidOfPresenceFile } from '@crewboard/ingest';
import { compareVersions } from '@crewboard/ingest/hook-settings';
import { engines } from '../../package.json' with { type: 'json' };
import { versionOnPath } from '../hooks/client-version.ts';
import { type Check, fault, ok, warn } from './check.ts';

const OLDEST_NODE = engines.node.replace('>=', '');

export const checkNode = (version: string): Check =>
  compareVersions(version.replace(/^v/, ''), OLDEST_NODE) >= 0
    ? ok('Node.js', version)
    : fault(
        'Node.js',
        version,
        `Crewboard needs ${OLDEST_NODE} or newer. A copy in your home folder will do, no administrator is needed.`,
      );

/** What the client's files say of the processes that run. */
export interface PresenceFound {
  /** False where there is no folder for them. */
  isKept: boolean;
  versions: string[];
  /** Names of files that could not be read as presence. */
  unreadable: string[];
  /** When a client last wrote its status, in ms since 1970. */
  lastSaidAt: number | null;
}

/** Reads `sessions/<pid>.json`; nothing else that lies there is opened. */
export const lookAtPresence = async (claudeDir: string): Promise<PresenceFound> => {
  const folder = join(claudeDir, 'sessions');
  const names = await readdir(folder).catch(() => undefined);
  const found: PresenceFound = { isKept: names !== undefined, versions: [], unreadable: [], lastSaidAt: null };
  for (const name of names ?? []) {
    const pid = pidOfPresenceFile(name);
    if (pid === undefined) continue;
    const record = parsePresence(await readFile(join(folder, name), 'utf8').catch(() => ''), pid);
    if (!record) {
      found.unreadable.push(name);
      continue;
    }
    if (record.version !== null) found.versions.push(record.version);
    const saidAt = record.statusUpdatedAt ?? record.updatedAt ?? 0;
    if (saidAt > (found.lastSaidAt ?? 0)) found.lastSaidAt = saidAt;
  }
  return found;
};

export const checkClaudeFolder = async (claudeDir: string): Promise<Check> => {
  const name = 'Claude folder';
  try {
    await access(claudeDir, constants.R_OK | constants.X_OK);
    await readdir(join(claudeDir, 'projects'));
    return ok(name, claudeDir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      return warn(
        name,
        `no sessions in ${claudeDir} yet`,
        'Start Claude Code once. If it keeps its files elsewhere, set CLAUDE_CONFIG_DIR to that folder, for the agent too.',
      );
    }
    const advice = 'Run the agent as the same user as Claude Code, without sudo.';
    return fault(name, `${claudeDir} may not be read (${String(code ?? error)})`, advice);
  }
};

export const checkClients = async (presence: PresenceFound, env: NodeJS.ProcessEnv): Promise<Check> => {
  const name = 'Claude Code';
  const installed = await versionOnPath(env);
  const running = [...new Set(presence.versions)].sort(compareVersions);
  const parts = [
    ...(installed === undefined ? [] : [`${installed} on the PATH`]),
    ...(running.length === 0 ? [] : [`running: ${running.join(', ')}`]),
  ];
  if (parts.length === 0) {
    return warn(
      name,
      'none found',
      'That is fine where only an editor’s extension is used; its sessions are seen all the same.',
    );
  }
  const oldest = [...running, ...(installed === undefined ? [] : [installed])].sort(compareVersions)[0];
  if (oldest !== undefined && compareVersions(oldest, FIRST_WITH_PRESENCE) < 0) {
    const advice = `Update to ${FIRST_WITH_PRESENCE} or newer: older ones do not say what they wait for, so that some cards are guesses.`;
    return warn(name, parts.join('; '), advice);
  }
  return ok(name, parts.join('; '));
};

export const checkPresence = ({ isKept, versions, unreadable }: PresenceFound): Check => {
  const name = 'Presence';
  if (unreadable.length > 0) {
    const advice = 'A file that stays unreadable is left of a crash; the next start of Claude Code clears it.';
    return warn(name, `${unreadable.length} files cannot be read: ${unreadable.slice(0, 3).join(', ')}`, advice);
  }
  if (!isKept) return ok(name, 'no client has run yet that keeps it');
  return ok(name, `${versions.length} ${versions.length === 1 ? 'client' : 'clients'}`);
};
