import { readFileSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';

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
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const text = waiting.join('');
      waiting = [];
      try {
        const size = await stat(path).then(
          (found) => found.size,
          () => 0,
        );
        if (size + text.length > MAX_BYTES && size > 0) await rename(path, `${path}.1`);
        await appendFile(path, text.slice(-MAX_BYTES), { mode: 0o600 });
      } catch (error) {
        logger.warn({ err: error, path }, 'dead letters cannot be noted');
      }
    }
    writing = undefined;
  };

  return {
    add(line) {
      // Once for each file: one of another format may have a million of them.
      if (!named.has(line.file)) logger.warn({ ...line, path }, 'a line cannot be read or sent, and was set aside');
      named.add(line.file);
      count++;
      // A file of another format must not fill the memory.
      if (waiting.length >= 10_000) return;
      waiting.push(`${JSON.stringify({ at: new Date(now()).toISOString(), ...line })}\n`);
      writing ??= write();
    },
    get count() {
      return count;
    },
    close: async () => writing,
  };
};

const countLines = (path: string): number => {
  try {
    return readFileSync(path, 'latin1').split('\n').length - 1;
  } catch {
    return 0;
  }
};
