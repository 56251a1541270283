import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { openRotatedFile } from './rotated-file.ts';

/** A line that could not be read, or an event that could not be sent. Itself it is not noted: it may hold anything. */
export interface DeadLine {
  /** Relative to the claude folder; of an event its stream. */
  file: string;
  /** Bytes. */
  offset: number;
  length: number;
  reason: string;
}

export interface DeadLetters {
  add(line: DeadLine): void;
  /** How many were noted, by earlier agents too as far as their notes are kept. */
  readonly count: number;
  /** Resolves when all are on disk. */
  close(): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/** Notes unreadable lines in `<dir>/dead-letters.ndjson`; at 1 MB the file is kept once as `.1` and begun anew. */
export const openDeadLetters = (dir: string, logger: Logger, now: () => number): DeadLetters => {
  const path = join(dir, 'dead-letters.ndjson');
  const named = new Set<string>();
  let count = countLines(path) + countLines(`${path}.1`);
  const file = openRotatedFile(path, { maxBytes: MAX_BYTES, logger, onFailure: 'dead letters cannot be noted' });

  return {
    add(line) {
      // Once for each file: one of another format may have a million of them.
      if (!named.has(line.file)) logger.warn({ ...line, path }, 'a line cannot be read or sent, and was set aside');
      named.add(line.file);
      count++;
      // A file of another format must not fill the memory.
      if (file.waiting >= 10_000) return;
      file.append(`${JSON.stringify({ at: new Date(now()).toISOString(), ...line })}\n`);
    },
    get count() {
      return count;
    },
    close: file.close,
  };
};

const countLines = (path: string): number => {
  try {
    return readFileSync(path, 'latin1').split('\n').length - 1;
  } catch {
    return 0;
  }
};
