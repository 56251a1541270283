import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@crewboard/runtime';
import { openRotatedFile } from '../rotated-file.ts';

/** What was sent, for the person of this machine to see. */
export interface Journal {
  /** Notes a body that the board has accepted: one event a line, as it went over the wire. */
  note(lines: Buffer): void;
  /** Resolves when all is on disk. */
  close(): Promise<void>;
}

const MAX_BYTES = 4 * 1024 * 1024;

const pathsOf = (dataDir: string): { path: string; older: string } => {
  const path = join(dataDir, 'agent', 'sent.ndjson');
  return { path, older: `${path}.1` };
};

/** `sent.ndjson` in the agent's folder (0600). At 4 MB it is kept once as `.1` and begun anew. */
export const openJournal = (dataDir: string, board: string, logger: Logger, now: () => number = Date.now): Journal => {
  const { path } = pathsOf(dataDir);
  const file = openRotatedFile(path, { maxBytes: MAX_BYTES, logger, onFailure: 'what was sent cannot be noted' });

  return {
    note(lines) {
      const before = `{"at":${JSON.stringify(new Date(now()).toISOString())},"board":${JSON.stringify(board)},"event":`;
      const noted = lines
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      file.append(noted.map((line) => `${before}${line}}\n`).join(''));
    },
    close: file.close,
  };
};

/** All that was noted, the oldest first: one JSON object a line, `at`, `board` and `event`. */
export const readJournal = (dataDir: string): string[] => {
  const { path, older } = pathsOf(dataDir);
  return [older, path].flatMap((file) => linesOf(file));
};

/** Takes sessions out of what was noted. */
export const forgetInJournal = (dataDir: string, sessionIds: ReadonlySet<string>): void => {
  const { path, older } = pathsOf(dataDir);
  for (const file of [older, path]) {
    const lines = linesOf(file);
    const kept = lines.filter((line) => !sessionIds.has(sessionOf(line) ?? ''));
    if (kept.length === lines.length) continue;
    if (kept.length === 0) {
      rmSync(file, { force: true });
      continue;
    }
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(temporary, file);
  }
};

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
};

/** The one that a line is about. `undefined` for a line that broke off. */
const sessionOf = (line: string): string | undefined => {
  try {
    const { event } = JSON.parse(line) as { event?: { sessionId?: unknown } };
    return typeof event?.sessionId === 'string' ? event.sessionId : undefined;
  } catch {
    return undefined;
  }
};
