import { lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { type FSWatcher, watch } from 'chokidar';
import { createFolderWatches } from './folders.ts';
import { isJobFile, isJobFolder } from './jobs/follow.ts';
import { leadsToTranscripts } from './transcript/find.ts';

/** Tells where in a claude folder something may have happened. Hints only: who gets one looks for itself. */
export interface ClaudeWatcher {
  /** Begins as soon as the claude folder is there. Called again and again; harmless while it watches. */
  ensure(): void;
  /** Watches these folders below `projects/` and `jobs/` too. `all`: there are no others any more. */
  cover(folders: readonly string[], all: boolean): void;
  close(): Promise<void>;
}

export interface ClaudeWatcherDeps {
  claudeDir: string;
  logger: Logger;
  /** A path relative to the claude folder, with `/` between the parts: a transcript, a presence file or a job's state, maybe gone. */
  onFile: (path: string) => void;
  /** The same file again, a moment after its last event: maybe that event stood for more than one change. */
  onFileSettled: (path: string) => void;
  /** A folder that is new, or (empty) the claude folder: something may have been missed in it. */
  onFolder: (path: string) => void;
}

/** After the last event of a file it is looked at again: events that come close together may be merged into one. */
const TRAILING_MS = [30, 120] as const;

/** Where more folders are new at once, one look at everything is cheaper. */
const FOLDERS_ONE_BY_ONE = 8;

/**
 * Watches the folders of a claude folder that hold transcripts, presence files and jobs: folders only, whose raw events name the file
 * within a fraction of a millisecond. chokidar follows the top (`projects/`, `sessions/`, `jobs/`, and what comes and goes in them),
 * where few files are. The folders that transcripts and jobs are written to have a plain watch each: chokidar would read
 * such a folder and `lstat` all that is in it again at every line that is written.
 */
export const createClaudeWatcher = ({ claudeDir, logger, ...hints }: ClaudeWatcherDeps): ClaudeWatcher => {
  let top: FSWatcher | undefined;
  const trailing = new Map<string, NodeJS.Timeout>();
  const root = withSlashes(claudeDir);

  const within = (path: string): string => {
    const slashed = withSlashes(path);
    return slashed.startsWith(`${root}/`) ? slashed.slice(root.length + 1) : '';
  };

  /** Looks again when it has been quiet for a while, and once more later. */
  const trail = (path: string, onQuiet: (path: string) => void, stage = 0): void => {
    clearTimeout(trailing.get(path));
    const waitMs = TRAILING_MS[stage];
    if (waitMs === undefined) {
      trailing.delete(path);
      return;
    }
    const look = (): void => {
      onQuiet(path);
      trail(path, onQuiet, stage + 1);
    };
    trailing.set(path, setTimeout(look, waitMs));
  };

  const onEntry = (folder: string, name: string): void => {
    const path = `${folder}/${name}`;
    if (isOfInterest(path)) {
      hints.onFile(path);
      trail(path, hints.onFileSettled);
    } else if (isJobFolder(path) || (folder !== 'projects' && leadsToTranscripts(path))) {
      folders.check(path);
      onFolder(path);
    }
  };

  /** It is told before it is watched: what is put into it meanwhile is found by the looks that trail. */
  const onFolder = (path: string): void => {
    hints.onFolder(path);
    trail(path, hints.onFolder);
  };

  const folders = createFolderWatches({ root: claudeDir, logger, onEntry });

  const begin = (): FSWatcher =>
    watch(claudeDir, {
      ignored: (path, stats) => {
        const inside = within(path);
        return inside !== '' && (stats?.isFile() === true || !(isTop(inside) || leadsToTranscripts(inside)));
      },
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      depth: 1,
      atomic: false,
    })
      .on('raw', (_event: string, name: unknown, details: unknown) => {
        const folder = watchedPath(details);
        if (typeof name === 'string' && folder !== undefined) onEntry(within(folder), name);
      })
      .on('addDir', (folder) => onFolder(within(folder)))
      .on('unlinkDir', (folder) => folders.check(within(folder)))
      .on('ready', () => hints.onFolder(''))
      .on('error', (error) => logger.warn({ err: error }, 'watching is incomplete: changes are found by looking'));

  return {
    ensure() {
      const isThere = lstatSync(claudeDir, { throwIfNoEntry: false })?.isDirectory() === true;
      if (isThere) {
        top ??= begin();
      } else if (top) {
        void top.close();
        top = undefined;
      }
    },
    cover(paths, all) {
      const below = paths.filter((path) => path !== 'projects');
      if (all) folders.keepOnly(new Set(below));
      const fresh = folders.cover(below);
      const unsure = fresh.length > FOLDERS_ONE_BY_ONE ? [''] : fresh;
      for (const path of unsure) trail(path, hints.onFolder);
    },
    async close() {
      for (const timer of trailing.values()) clearTimeout(timer);
      trailing.clear();
      folders.close();
      await top?.close();
    },
  };
};

const withSlashes = (path: string): string => (sep === '/' ? path : path.split(sep).join('/'));

const isTop = (path: string): boolean => path === 'sessions' || path === 'jobs';

const isOfInterest = (path: string): boolean =>
  path.endsWith('.jsonl') ? path.startsWith('projects/') : /^sessions\/\d+\.json$/.test(path) || isJobFile(path);

const watchedPath = (details: unknown): string | undefined =>
  typeof details === 'object' && details !== null && 'watchedPath' in details && typeof details.watchedPath === 'string'
    ? join(details.watchedPath)
    : undefined;
