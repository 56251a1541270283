import { lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { type FSWatcher, watch } from 'chokidar';
import { leadsToTranscripts } from './transcript/find.ts';

/** Tells where in a claude folder something may have happened. Hints only: who gets one looks for itself. */
export interface ClaudeWatcher {
  /** Begins as soon as the claude folder is there. Called again and again; harmless while it watches. */
  ensure(): void;
  close(): Promise<void>;
}

export interface ClaudeWatcherDeps {
  claudeDir: string;
  logger: Logger;
  /** A path relative to the claude folder, with `/` between the parts: a transcript or presence file, maybe gone. */
  onFile: (path: string) => void;
  /** The same file again, a moment after its last event: maybe that event stood for more than one change. */
  onFileSettled: (path: string) => void;
  /** A folder that is new, or (empty) the claude folder once all of it is watched: something may have been missed in it. */
  onFolder: (path: string) => void;
}

/** After the last event of a file it is looked at again: events that come close together may be merged into one. */
const TRAILING_MS = [30, 120] as const;

/**
 * Watches the folders of a claude folder that hold transcripts and presence files, with chokidar. Folders only: their
 * raw events name the file within a fraction of a millisecond, where chokidar's own file events cost a watch and a `stat`
 * each and come late or not at all under load.
 */
export const createClaudeWatcher = ({ claudeDir, logger, ...hints }: ClaudeWatcherDeps): ClaudeWatcher => {
  let watcher: FSWatcher | undefined;
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

  const onRaw = (_event: string, name: unknown, details: unknown): void => {
    const folder = watchedPath(details);
    if (typeof name !== 'string' || folder === undefined) return;
    const path = within(join(folder, name));
    if (!isOfInterest(path)) return;
    hints.onFile(path);
    trail(path, hints.onFileSettled);
  };

  const begin = (): FSWatcher =>
    watch(claudeDir, {
      ignored: (path, stats) => {
        const inside = within(path);
        return inside !== '' && (stats?.isFile() === true || !(inside === 'sessions' || leadsToTranscripts(inside)));
      },
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      depth: 6,
      atomic: false,
    })
      .on('raw', onRaw)
      .on('addDir', (folder) => {
        // It is told before it is watched: what is put into it meanwhile is found by the looks that trail.
        hints.onFolder(within(folder));
        trail(within(folder), hints.onFolder);
      })
      .on('ready', () => hints.onFolder(''))
      .on('error', (error) => logger.warn({ err: error }, 'watching is incomplete: changes are found by looking'));

  return {
    ensure() {
      const isThere = lstatSync(claudeDir, { throwIfNoEntry: false })?.isDirectory() === true;
      if (isThere) {
        watcher ??= begin();
      } else if (watcher) {
        void watcher.close();
        watcher = undefined;
      }
    },
    async close() {
      for (const timer of trailing.values()) clearTimeout(timer);
      trailing.clear();
      await watcher?.close();
    },
  };
};

const withSlashes = (path: string): string => (sep === '/' ? path : path.split(sep).join('/'));

const isOfInterest = (path: string): boolean =>
  path.endsWith('.jsonl') ? path.startsWith('projects/') : /^sessions\/\d+\.json$/.test(path);

const watchedPath = (details: unknown): string | undefined =>
  typeof details === 'object' && details !== null && 'watchedPath' in details && typeof details.watchedPath === 'string'
    ? details.watchedPath
    : undefined;
