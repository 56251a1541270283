import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing } from '../cursor.ts';
import { createTally } from '../senses/tally.ts';
import { type PresenceRecord, parsePresence } from './parse.ts';

/** Reads presence files, and minds what it could not read. */
export interface PresenceReader {
  /**
   * The record; `gone`; or `undefined` while it stays unreadable, for a fifth of a second here: it may be half-written. Rejects where the file
   * cannot be opened.
   */
  read(name: string, pid: number): Promise<PresenceRecord | 'gone' | undefined>;
  /** Files that stayed unreadable when they were looked at last. */
  readonly unreadable: number;
  /** Words for a status that nobody here knows, each with how often a file began to say it. */
  readonly unknownStatuses: ReadonlyMap<string, number>;
}

const RETRY_MS = 20;
const TRIES = 10;
const MAX_BYTES = 64 * 1024;

export const createPresenceReader = (folder: string): PresenceReader => {
  const unreadable = new Set<string>();
  const unknownStatuses = createTally();
  /** The unknown status that a file says at the moment. */
  const odd = new Map<string, string>();

  const parse = (name: string, text: string, pid: number): PresenceRecord | undefined => {
    let status: string | undefined;
    const record = parsePresence(text, pid, (unknown) => {
      status = unknown;
    });
    if (!record) return undefined;
    if (status === undefined) odd.delete(name);
    else if (odd.get(name) !== status) {
      odd.set(name, status);
      unknownStatuses.count(status);
    }
    return record;
  };

  const attempt = async (name: string, pid: number): Promise<PresenceRecord | 'gone' | undefined> => {
    let missed = 0;
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await sleep(RETRY_MS);
      try {
        const record = parse(name, await readSmall(join(folder, name)), pid);
        if (record) return record;
      } catch (error) {
        if (!isMissing(error)) throw error;
        // Twice, for a client that takes the file away to write it anew.
        missed++;
        if (missed === 2) return 'gone';
      }
    }
    return undefined;
  };

  return {
    async read(name, pid) {
      let found: PresenceRecord | 'gone' | undefined;
      try {
        found = await attempt(name, pid);
      } finally {
        if (found === undefined) unreadable.add(name);
        else unreadable.delete(name);
      }
      if (found === 'gone') odd.delete(name);
      return found;
    },
    get unreadable() {
      return unreadable.size;
    },
    unknownStatuses: unknownStatuses.counts,
  };
};

/** Never through a link: only files of the claude folder itself are read. */
const readSmall = async (path: string): Promise<string> => {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(MAX_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
};
