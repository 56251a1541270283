import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';

/** Watches single folders, each with one watch of the operating system, and nothing below them. */
export interface FolderWatches {
  /** Watches what is not watched yet, and returns what that was. A folder that is not there is left out. */
  cover(folders: Iterable<string>): string[];
  /** Watches no other folders than these. */
  keepOnly(folders: ReadonlySet<string>): void;
  /** Stops watching a folder that is not the one any more that it was, and all below it. */
  check(folder: string): void;
  close(): void;
}

export interface FolderWatchesDeps {
  root: string;
  logger: Logger;
  /** Something happened to an entry of a folder: changed, new or gone. */
  onEntry: (folder: string, name: string) => void;
}

interface Watched {
  watcher: FSWatcher;
  inode: number;
}

export const createFolderWatches = ({ root, logger, onEntry }: FolderWatchesDeps): FolderWatches => {
  const watched = new Map<string, Watched>();
  let hasWarned = false;
  let isClosed = false;

  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };

  const fail = (folder: string, error: unknown): void => {
    drop(folder);
    if (!hasWarned) logger.warn({ err: error, folder }, 'a folder cannot be watched: its changes are found by looking');
    hasWarned = true;
  };

  const begin = (folder: string): boolean => {
    // A look that was under way ends later: nobody would close what it begins to watch.
    if (isClosed) return false;
    const stat = lstatSync(join(root, folder), { throwIfNoEntry: false });
    if (!stat?.isDirectory()) return false;
    try {
      const watcher = watch(join(root, folder), (_event, name) => {
        if (name !== null) onEntry(folder, name);
      });
      watcher.on('error', (error) => fail(folder, error));
      watched.set(folder, { watcher, inode: stat.ino });
      return true;
    } catch (error) {
      fail(folder, error);
      return false;
    }
  };

  return {
    cover: (folders) => [...folders].filter((folder) => !watched.has(folder) && begin(folder)),
    keepOnly(folders) {
      for (const folder of watched.keys()) if (!folders.has(folder)) drop(folder);
    },
    check(folder) {
      const known = watched.get(folder);
      if (!known || lstatSync(join(root, folder), { throwIfNoEntry: false })?.ino === known.inode) return;
      for (const other of watched.keys()) if (other === folder || other.startsWith(`${folder}/`)) drop(other);
    },
    close() {
      isClosed = true;
      for (const folder of watched.keys()) drop(folder);
    },
  };
};
