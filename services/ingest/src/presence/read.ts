import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readHalfWritten } from '../half-written.ts';
import { createTally } from '../senses/tally.ts';
import { type PresenceRecord, parsePresence } from './parse.ts';

/** Reads presence files, and minds what it could not read. */
export interface PresenceReader {
  /** The record; `gone`; or `undefined` while it stays unreadable. Rejects where the file cannot be opened. */
  read(name: string, pid: number): Promise<PresenceRecord | 'gone' | undefined>;
  /** Files that stayed unreadable when they were looked at last. */
  readonly unreadable: number;
  /** Words for a status that nobody here knows, each with how often a file began to say it. */
  readonly unknownStatuses: ReadonlyMap<string, number>;
}

const MAX_BYTES = 64 * 1024;

/** A file that was written so lately may be written again within the same tick of its times. */
const SETTLED_MS = 2_000;

/** What a settled file is told by; `undefined` for any other. */
const versionOf = (path: string): string | undefined => {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stat || Date.now() - Number(stat.mtimeMs) < SETTLED_MS) return undefined;
    return `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
  } catch {
    return undefined;
  }
};

export const createPresenceReader = (folder: string): PresenceReader => {
  const unreadable = new Set<string>();
  const unknownStatuses = createTally();
  /** The unknown status that a file says at the moment. */
  const odd = new Map<string, string>();
  /** What a settled file said: idle clients are looked at again and again. */
  const settled = new Map<string, { version: string; record: PresenceRecord }>();

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

  return {
    async read(name, pid) {
      const path = join(folder, name);
      // Before it is read: where it changes meanwhile, the next look reads it again.
      const version = versionOf(path);
      const known = settled.get(name);
      if (known && known.version === version) return known.record;
      settled.delete(name);
      let found: PresenceRecord | 'gone' | undefined;
      try {
        found = await readHalfWritten(path, MAX_BYTES, (text) => parse(name, text, pid));
      } finally {
        if (found === undefined) unreadable.add(name);
        else unreadable.delete(name);
      }
      if (found === 'gone') odd.delete(name);
      else if (found && version !== undefined) settled.set(name, { version, record: found });
      return found;
    },
    get unreadable() {
      return unreadable.size;
    },
    unknownStatuses: unknownStatuses.counts,
  };
};
