import { setTimeout as sleep } from 'node:timers/promises';
import { fileVersion } from '../file-version.ts';
import { credentialsPath } from './credentials.ts';

const LOOK_MS = 2_000;

/**
 * Resolves when the credentials were written since it was called: the machine joined anew, or left. Rejects when the signal aborts.
 * Looks instead of watching: it is one small file, and a folder on a network tells nobody of changes.
 */
export const credentialsChanged = async (dataDir: string, signal: AbortSignal, lookMs = LOOK_MS): Promise<void> => {
  const path = credentialsPath(dataDir);
  const before = fileVersion(path);
  do await sleep(lookMs, undefined, { signal });
  while (fileVersion(path) === before);
};
