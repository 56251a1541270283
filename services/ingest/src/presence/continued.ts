import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How a process went on with a session that it was not in before. */
export type HowContinued = 'clear' | 'resume' | 'fork';

/** The client notes what it is about to do a little after it began. */
const BEFORE_MS = 1_000;
const HEAD_BYTES = 64 * 1024;

/**
 * Tells from a session's transcript what the process did after `leftAt`, when it last said something of the session before (ms since
 * 1970): a session that began after that is new (`/clear`), one that has older lines was resumed, and older lines in a younger file
 * are a copy (`/branch`). Asked rarely: it looks through the folders of all projects.
 */
export const howContinued = (claudeDir: string, sessionId: string, leftAt: number): HowContinued => {
  const path = transcriptPath(join(claudeDir, 'projects'), sessionId);
  if (!path) return 'clear';
  try {
    const { birthtimeMs } = statSync(path);
    const before = leftAt - BEFORE_MS;
    if (firstTimestamp(path) >= before) return 'clear';
    return birthtimeMs >= before ? 'fork' : 'resume';
  } catch {
    return 'clear';
  }
};

const transcriptPath = (projects: string, sessionId: string): string | undefined => {
  if (!/^[\w-]+$/.test(sessionId)) return undefined;
  const name = `${sessionId}.jsonl`;
  try {
    return readdirSync(projects)
      .map((folder) => join(projects, folder, name))
      .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  } catch {
    return undefined;
  }
};

/** In ms since 1970. Where no line tells one, the file has hardly begun. */
const firstTimestamp = (path: string): number => {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.toString('latin1', 0, readSync(file, head, 0, HEAD_BYTES, 0));
    const at = Date.parse(/"timestamp":"([^"]{1,40})"/.exec(text)?.[1] ?? '');
    return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
  } finally {
    closeSync(file);
  }
};
