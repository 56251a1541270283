import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { nameOf } from './privacy/texts.ts';
import { parseRemote, remoteUrl } from './remote.ts';
import type { Locate, Place } from './transcript/parse.ts';

/** How long an answer holds before the files are looked at again: branches change under a session. */
const HOLDS_MS = 3_000;
const REMEMBERED = 1_000;

/**
 * Tells which repository, branch and worktree a folder belongs to, by reading git's own files: no process is started.
 * A folder that is gone or in no repository is told by its own name. Never throws. Answers are kept for a few seconds.
 */
export const createLocate = (now: () => number = Date.now): Locate => {
  const places = new Map<string, { place: Place; at: number }>();
  return (cwd) => {
    const known = places.get(cwd);
    const at = now();
    if (known && at - known.at < HOLDS_MS && at >= known.at) return known.place;
    const place = placeOf(cwd);
    places.delete(cwd);
    places.set(cwd, { place, at });
    const oldest = places.keys().next().value;
    if (places.size > REMEMBERED && oldest !== undefined) places.delete(oldest);
    return place;
  };
};

interface GitFolders {
  /** The folder that holds `.git`. */
  top: string;
  /** What belongs to this worktree alone: HEAD. */
  own: string;
  /** What all worktrees share: config. */
  common: string;
  isLinked: boolean;
}

const placeOf = (cwd: string): Place => {
  const git = findGit(cwd);
  if (!git) return { repo: folderName(cwd), remote: null, branch: null, worktree: null };
  const url = remoteUrl(read(resolve(git.common, 'config')) ?? '');
  const remote = url === undefined ? undefined : parseRemote(url);
  return {
    repo: remote ? nameOf(remote.repo) : mainFolderName(git),
    remote: remote ? nameOf(remote.remote) : null,
    branch: branchOf(git.own),
    worktree: git.isLinked ? folderName(git.top) : null,
  };
};

const findGit = (cwd: string): GitFolders | undefined => {
  if (!isAbsolute(cwd)) return undefined;
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = gitOf(folder);
    if (found || dirname(folder) === folder) return found;
  }
};

const gitOf = (top: string): GitFolders | undefined => {
  const path = resolve(top, '.git');
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory()) {
    return read(resolve(path, 'HEAD')) === undefined ? undefined : { top, own: path, common: path, isLinked: false };
  }
  const pointed = kind?.isFile() ? /^gitdir:\s*(.+)$/m.exec(read(path) ?? '')?.[1]?.trim() : undefined;
  if (!pointed) return undefined;
  const own = resolve(top, pointed);
  const shared = read(resolve(own, 'commondir'))?.trim();
  return { top, own, common: shared ? resolve(own, shared) : own, isLinked: shared !== undefined };
};

/** `null` where HEAD stands on no branch. */
const branchOf = (own: string): string | null => {
  const branch = /^ref:\s*refs\/heads\/(.+)$/m.exec(read(resolve(own, 'HEAD')) ?? '')?.[1]?.trim();
  return branch ? nameOf(branch) : null;
};

/** The main worktree's folder; a bare repository's own, without its suffix. */
const mainFolderName = ({ top, common, isLinked }: GitFolders): string => {
  if (!isLinked) return folderName(top);
  return basename(common) === '.git' ? folderName(dirname(common)) : folderName(common).replace(/\.git$/, '');
};

const folderName = (path: string): string =>
  nameOf(path.split(/[/\\]/).findLast((part) => part !== '') ?? path) || path;

/** Git's files are small; a big one is none of git's. */
const MAX_BYTES = 256 * 1024;

const read = (path: string): string | undefined => {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && stat.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
};
