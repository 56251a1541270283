import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Lines of a log in a file, for systems that keep none for a program: at 2 MB the file is kept once as `.1` and begun anew. A line
 * that cannot be written is lost; the agent goes on.
 */
export const logFile = (path: string): { write(line: string): void } => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return {
    write(line) {
      try {
        const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (size + line.length > MAX_BYTES) renameSync(path, `${path}.1`);
        appendFileSync(path, line, { mode: 0o600 });
      } catch {
        // There is nowhere to tell it.
      }
    },
  };
};
