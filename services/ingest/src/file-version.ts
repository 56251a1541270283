import { statSync } from 'node:fs';

/** Another text where the file at a path was written, replaced, made or taken away since. Links are followed. Never throws. */
export const fileVersion = (path: string): string => {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}` : 'none';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
};
