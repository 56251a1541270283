import { createHash } from 'node:crypto';
import { type Dirent, lstatSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSessionId } from '@crewboard/contract';

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
export const inspect = async (claudeDir: string, name: TranscriptFile): Promise<FoundTranscript | undefined> => {
  try {
    const stat = lstatSync(join(claudeDir, name.path), { bigint: true });
    if (!stat.isFile()) return undefined;
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

/** All transcripts below a folder of the claude folder. A folder that is not there, or a link, holds none. */
export const findTranscripts = async (claudeDir: string, folder = 'projects'): Promise<FoundFolder> => {
  const isFolder = await lstat(join(claudeDir, folder)).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  return isFolder ? below(claudeDir, folder) : nothing();
};

const nothing = (): FoundFolder => ({ files: [], folders: [] });

/** `folder` is known to be one, and no link. */
const below = async (claudeDir: string, folder: string): Promise<FoundFolder> => {
  if (!leadsToTranscripts(folder)) return nothing();
  let entries: Dirent[];
  try {
    entries = await readdir(join(claudeDir, folder), { withFileTypes: true });
  } catch {
    return nothing();
  }
  const found = await Promise.all(
    entries.map(async (entry): Promise<FoundFolder> => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return below(claudeDir, path);
      const name = entry.isFile() ? transcriptFileOf(path) : undefined;
      const file = name && (await inspect(claudeDir, name));
      return { files: file ? [file] : [], folders: [] };
    }),
  );
  return {
    files: found.flatMap(({ files }) => files),
    folders: [folder, ...found.flatMap(({ folders }) => folders)],
  };
};
