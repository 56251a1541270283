import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HEAD_BYTES = 64 * 1024;

/** The main transcript of a session. Asked rarely: it looks through the folders of all projects. `undefined` where there is none. */
export const sessionFile = (claudeDir: string, sessionId: string): string | undefined => {
  if (!/^[\w-]+$/.test(sessionId)) return undefined;
  const projects = join(claudeDir, 'projects');
  const name = `${sessionId}.jsonl`;
  try {
    return readdirSync(projects)
      .map((folder) => join(projects, folder, name))
      .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  } catch {
    return undefined;
  }
};

/** How a file begins, byte by byte as latin1. Throws where it can't be read. */
export const headOfFile = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('latin1', 0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
};

/** Where a session began to work, as its transcript says; `undefined` where there is none, or it does not say yet. Inside a text the quotes would be escaped. */
export const cwdInTranscript = (claudeDir: string, sessionId: string): string | undefined => {
  const path = sessionFile(claudeDir, sessionId);
  if (path === undefined) return undefined;
  try {
    const said = /"cwd":("(?:[^"\\]|\\.){1,8192}")/.exec(headOfFile(path))?.[1];
    const cwd: unknown = said === undefined ? undefined : JSON.parse(Buffer.from(said, 'latin1').toString('utf8'));
    return typeof cwd === 'string' ? cwd : undefined;
  } catch {
    return undefined;
  }
};
