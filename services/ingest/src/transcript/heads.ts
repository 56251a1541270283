import { join } from 'node:path';
import type { FoundTranscript } from './find.ts';
import { type OpenTranscript, withTranscript } from './open.ts';
import { type Row, rowOf } from './rows.ts';

/** How a transcript begins: enough to see that two begin with the same history. */
export interface Head {
  first: Row;
  /** The first entry, and the one that the first snapshot of files belongs to: a copy after a compaction lacks the former. */
  names: string[];
}

const HEAD_BYTES = 16 * 1024;
const HEAD_MAX_BYTES = 256 * 1024;
/** More sessions than anyone goes back to. */
const KNOWN_MAX = 2_000;

const SNAPSHOT_OF = /"messageId":"([0-9a-f-]{36})"/;

/** `unknown` while the file may go on to say so, `null` where its head does not. */
export const headOf = async (file: OpenTranscript): Promise<Head | 'unknown' | null> => {
  for (const length of [HEAD_BYTES, HEAD_MAX_BYTES]) {
    const bytes = await file.read(0, Math.min(length, file.sizeBytes));
    const first = rowOf(bytes);
    if (first) {
      const snapshot = SNAPSHOT_OF.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[1];
      return { first, names: snapshot === undefined ? [first.uuid] : [first.uuid, snapshot] };
    }
    if (file.sizeBytes <= length) return 'unknown';
  }
  return null;
};

/** A session's main transcript, as the last look at the folders found it. */
export interface KnownTranscript {
  path: string;
  sessionId: string;
  identity: string;
  bornAt: number;
}

/** All main transcripts that were seen, by what they begin with. Heads are read when they are first asked for. */
export interface Heads {
  /** `isAll`: there are no others any more. */
  see(files: readonly FoundTranscript[], isAll: boolean): void;
  ofSession(sessionId: string): KnownTranscript | undefined;
  beginningWith(names: readonly string[]): Promise<KnownTranscript[]>;
}

export const createHeads = (claudeDir: string): Heads => {
  let known = new Map<string, KnownTranscript & { names?: readonly string[] | undefined }>();
  let buffer: Buffer | undefined;

  const namesOf = async (path: string): Promise<readonly string[] | undefined> => {
    buffer ??= Buffer.allocUnsafe(HEAD_MAX_BYTES);
    try {
      const head = await withTranscript(join(claudeDir, path), buffer, headOf);
      return head === 'unknown' ? undefined : (head?.names ?? []);
    } catch {
      return undefined;
    }
  };

  return {
    see(files, isAll) {
      const mains = files.filter(({ agentId }) => agentId === undefined);
      const seen = isAll ? mains.toSorted((a, b) => b.modifiedAt - a.modifiedAt).slice(0, KNOWN_MAX) : mains;
      const before = known;
      if (isAll) known = new Map();
      for (const { path, sessionId, identity, bornAt } of seen) {
        const same = before.get(path);
        known.set(path, same?.identity === identity ? same : { path, sessionId, identity, bornAt });
      }
    },
    ofSession(sessionId) {
      for (const transcript of known.values()) if (transcript.sessionId === sessionId) return transcript;
      return undefined;
    },
    async beginningWith(names) {
      const found: KnownTranscript[] = [];
      for (const transcript of known.values()) {
        transcript.names ??= await namesOf(transcript.path);
        if (transcript.names?.some((name) => names.includes(name))) found.push(transcript);
      }
      return found;
    },
  };
};
