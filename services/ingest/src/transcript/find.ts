import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isSessionId } from '@crewboard/contract';
import { entriesOf } from '../entries-of.ts';

/** A transcript by its path relative to the claude folder, with `/` between the parts. The path decides the session. */
export interface TranscriptFile {
  path: string;
  sessionId: string;
  /** Set for a subagent's file. */
  agentId: string | undefined;
}

const MAIN = /^projects\/[^/]+\/([^/]+)\.jsonl$/;
const SUBAGENT = /^projects\/[^/]+\/([^/]+)\/subagents\/(?:[^/]+\/){0,3}agent-([^/]+)\.jsonl$/;

/** Says whose transcript a path is, `undefined` for any other file. */
export const transcriptFileOf = (path: string): TranscriptFile | undefined => {
  const main = MAIN.exec(path)?.[1];
  if (main) {
    // Versions before 2.1 wrote subagents here; nothing in the path says of which session.
    return main.startsWith('agent-') || !isSessionId(main) ? undefined : { path, sessionId: main, agentId: undefined };
  }
  const [, sessionId, agentId] = SUBAGENT.exec(path) ?? [];
  if (!sessionId || !agentId || !isSessionId(sessionId) || agentId.length > 200) return undefined;
  return { path, sessionId, agentId };
};

/** Folders that may hold transcripts, or lead to them. */
export const leadsToTranscripts = (path: string): boolean =>
  /^projects(\/[^/]+(\/[^/]+(\/subagents(\/[^/]+){0,3})?)?)?$/.test(path) && !/^projects\/[^/]+\/memory$/.test(path);

/** Names the stream of one life of a file, in at most 200 characters. */
export const streamName = (kind: 'transcript' | 'history', path: string, generation: number): string =>
  `${kind}:${createHash('sha256').update(path).digest('hex').slice(0, 32)}#${generation}`;

export interface FoundTranscript extends TranscriptFile {
  sizeBytes: number;
  modifiedAt: number;
  bornAt: number;
  /** Device and inode. */
  identity: string;
}

/** Tells what is at a path now; `undefined` where no file is. Links are not followed. */
export const inspect = (claudeDir: string, name: TranscriptFile): FoundTranscript | undefined => {
  try {
    const stat = lstatSync(join(claudeDir, name.path), { bigint: true, throwIfNoEntry: false });
    if (!stat?.isFile()) return undefined;
    return {
      ...name,
      sizeBytes: Number(stat.size),
      modifiedAt: Number(stat.mtimeMs),
      bornAt: Number(stat.birthtimeMs),
      identity: identityOf(stat),
    };
  } catch {
    return undefined;
  }
};

export const identityOf = ({ dev, ino }: { dev: bigint; ino: bigint }): string => `${dev}:${ino}`;

export interface FoundFolder {
  files: FoundTranscript[];
  /** The folder itself and all below it that lead to transcripts, relative to the claude folder. */
  folders: string[];
}

/** Folders that are looked through before others have their turn: some milliseconds. */
const AT_ONCE = 32;

/** All transcripts below a folder of the claude folder. A folder that is not there, or a link, holds none. */
export const findTranscripts = async (claudeDir: string, folder = 'projects'): Promise<FoundFolder> => {
  const found: FoundFolder = { files: [], folders: [] };
  const waiting = isFolder(join(claudeDir, folder)) ? [folder] : [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = leadsToTranscripts(next) ? entriesOf(join(claudeDir, next)) : undefined;
    if (!entries) continue;
    found.folders.push(next);
    if (found.folders.length % AT_ONCE === 0) await nextTurn();
    for (const entry of entries) {
      const path = `${next}/${entry.name}`;
      const name = entry.isFile() ? transcriptFileOf(path) : undefined;
      const file = name && inspect(claudeDir, name);
      if (file) found.files.push(file);
      else if (entry.isDirectory()) waiting.push(path);
    }
  }
  return found;
};

const isFolder = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
};
