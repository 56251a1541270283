import { type Dirent, readdirSync } from 'node:fs';

/**
 * What is in a folder; `undefined` where it is not there or cannot be read. At once: the agent looks again and again, and a trip through
 * the thread pool costs several times what it fetches.
 */
export const entriesOf = (folder: string): Dirent[] | undefined => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
};
