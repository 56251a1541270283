import { statSync } from 'node:fs';
import { headOfFile, sessionFile } from '../transcript/session-file.ts';

/** How a process went on with a session that it was not in before. */
export type HowContinued = 'clear' | 'resume' | 'fork';

/** The client notes what it is about to do a little after it began. */
const BEFORE_MS = 1_000;

/**
 * Tells from a session's transcript what the process did after `leftAt`, when it last said something of the session before (ms since
 * 1970): a session that began after that is new (`/clear`), one that has older lines was resumed, and older lines in a younger file
 * are a copy (`/branch`). Asked rarely: it looks through the folders of all projects.
 */
export const howContinued = (claudeDir: string, sessionId: string, leftAt: number): HowContinued => {
  const path = sessionFile(claudeDir, sessionId);
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

/** In ms since 1970. Where no line tells one, the file has hardly begun. */
const firstTimestamp = (path: string): number => {
  const at = Date.parse(/"timestamp":"([^"]{1,40})"/.exec(headOfFile(path))?.[1] ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
};
