import { accessSync, constants, opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, MachineReport } from '@crewboard/contract';
import { credentialsPath } from '../board/credentials.ts';
import { compareVersions, spoolFolder } from '../hooks/settings.ts';

/** The first client that keeps presence files. */
export const FIRST_WITH_PRESENCE = '2.1.139';
export const BACKLOG_WARN_BYTES = 10 * 1024 * 1024;
export const QUEUE_WARN = 1_000;
export const CLOCK_WARN_MS = 5_000;
/** After a start there is much to read and to send; for so long nobody has to know. */
const CATCH_UP_MS = 5 * 60_000;
/** A long call of a tool, or a long answer, has no hook in between. */
const HOOKS_SILENT_MS = 5 * 60_000;

/** What a glance at the machine's files tells. */
export interface Glance {
  claudeFolder: 'readable' | 'missing' | 'unreadable';
  /** Other accounts can look in. */
  isSpoolOpen: boolean;
  isTokenOpen: boolean;
}

/** Cheap enough for every report: some microseconds, at once. */
export const glanceAt = (claudeDir: string, dataDir: string): Glance => ({
  claudeFolder: claudeFolderAt(claudeDir),
  isSpoolOpen: isOpenToOthers(spoolFolder(dataDir)),
  isTokenOpen: isOpenToOthers(credentialsPath(dataDir)),
});

const claudeFolderAt = (claudeDir: string): Glance['claudeFolder'] => {
  try {
    accessSync(claudeDir, constants.R_OK | constants.X_OK);
    opendirSync(join(claudeDir, 'projects')).closeSync();
    return 'readable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'unreadable';
  }
};

/** Windows keeps that another way. */
const isOpenToOthers = (path: string): boolean => {
  if (process.platform === 'win32') return false;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && (found.mode & 0o077) !== 0;
  } catch {
    return false;
  }
};

/** What is worth a person's look on this machine, the most urgent first. Pure. */
export const findingsOf = (report: Omit<MachineReport, 'findings'>, glance: Glance): Finding[] => {
  const { hooks, presence, transcripts, clientVersions, clockSkewMs, startedAt, at } = report;
  const isSettled = at - startedAt > CATCH_UP_MS;
  const isHookSilent =
    hooks.installed === 'yes' &&
    presence.live > 0 &&
    transcripts.lastReadAt !== null &&
    transcripts.lastReadAt - Math.max(hooks.heardAt ?? 0, startedAt) > HOOKS_SILENT_MS;
  const found: Record<Finding, boolean> = {
    claude_folder_unreadable: glance.claudeFolder === 'unreadable',
    token_open: glance.isTokenOpen,
    spool_open: glance.isSpoolOpen,
    hooks_unreadable: hooks.installed === 'unreadable',
    hooks_disabled: hooks.installed === 'disabled',
    hooks_partly: hooks.installed === 'partly',
    hooks_silent: isHookSilent,
    queue: isSettled && report.queuedEvents > QUEUE_WARN,
    backlog: isSettled && transcripts.backlogBytes > BACKLOG_WARN_BYTES,
    client_old: Object.keys(clientVersions).some((version) => compareVersions(version, FIRST_WITH_PRESENCE) < 0),
    presence_unreadable: presence.unreadable > 0,
    lines_unreadable: report.deadLetters + hooks.unreadable > 0,
    clock_off: clockSkewMs !== null && Math.abs(clockSkewMs) > CLOCK_WARN_MS,
    claude_folder_missing: glance.claudeFolder === 'missing',
  };
  return (Object.keys(found) as Finding[]).filter((finding) => found[finding]);
};
