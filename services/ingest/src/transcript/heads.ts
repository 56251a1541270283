import { join } from 'node:path';
import type { FoundTranscript } from './find.ts';
import { type OpenTranscript, withTranscript } from './open.ts';
import { type Row, rowOf } from './rows.ts';

/** How a transcript begins: enough to see that two begin with the same history. */
export interface Head {
  first: Row;
  /** The first entry, and the one that the first snapshot of files belongs to: a copy after a compaction lacks the former. */
  names: readonly string[];
}

const HEAD_BYTES = 8 * 1024;
const HEAD_MAX_BYTES = 256 * 1024;
/** More sessions than anyone goes back to. */
const KNOWN_MAX = 2_000;

const SNAPSHOT = Buffer.from('"messageId":"');
const UUID_LENGTH = 36;

/** `unknown` while the file may go on to say so, `null` where its head does not. */
export const headOf = async (file: OpenTranscript): Promise<Head | 'unknown' | null> => {
  for (const length of [HEAD_BYTES, HEAD_MAX_BYTES]) {
    const bytes = await file.read(0, Math.min(length, file.sizeBytes));
    const first = rowOf(bytes);
    if (first) return { first, names: [first.uuid, ...snapshotIn(bytes)] };
    if (file.sizeBytes <= length) return 'unknown';
  }
  return null;
};

const snapshotIn = (bytes: Buffer): string[] => {
  const at = bytes.indexOf(SNAPSHOT);
  if (at < 0) return [];
  const from = at + SNAPSHOT.length;
  return [bytes.toString('latin1', from, from + UUID_LENGTH)];
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
  let known = new Map<string, KnownTranscript>();
  /** The first to the last that begins with a name, for those whose head was read. */
  const byName = new Map<string, Set<KnownTranscript>>();
  let unread = new Set<KnownTranscript>();
  let buffer: Buffer | undefined;

  const readHead = async (transcript: KnownTranscript): Promise<void> => {
    buffer ??= Buffer.allocUnsafe(HEAD_MAX_BYTES);
    try {
      const head = await withTranscript(join(claudeDir, transcript.path), buffer, headOf);
      if (head === 'unknown') return;
      for (const name of head?.names ?? []) byName.set(name, (byName.get(name) ?? new Set()).add(transcript));
    } catch {
      // It is gone, or cannot be read: nobody's parent.
    }
    unread.delete(transcript);
  };

  return {
    see(files, isAll) {
      const mains = files.filter(({ agentId }) => agentId === undefined);
      const seen = isAll ? mains.toSorted((a, b) => b.modifiedAt - a.modifiedAt).slice(0, KNOWN_MAX) : mains;
      const before = known;
      known = isAll ? new Map() : before;
      for (const { path, sessionId, identity, bornAt } of seen) {
        const same = before.get(path);
        if (same?.identity === identity) {
          known.set(path, same);
          continue;
        }
        const transcript = { path, sessionId, identity, bornAt };
        known.set(path, transcript);
        unread.add(transcript);
      }
      if (isAll) unread = new Set([...unread].filter((transcript) => known.get(transcript.path) === transcript));
    },
    ofSession(sessionId) {
      for (const transcript of known.values()) if (transcript.sessionId === sessionId) return transcript;
      return undefined;
    },
    async beginningWith(names) {
      for (const transcript of unread) await readHead(transcript);
      const found = new Set(names.flatMap((name) => [...(byName.get(name) ?? [])]));
      return [...found].filter((transcript) => known.get(transcript.path) === transcript);
    },
  };
};
