import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import {
  createForks,
  createToldMessages,
  createTranscriptReader,
  type FoundTranscript,
  type Locate,
  parseSubagentMeta,
  type TranscriptReader,
  transcriptFileOf,
  transcriptPathOf,
} from '@crewboard/ingest';

interface Followed {
  found: FoundTranscript;
  bytes: Buffer;
  reader: TranscriptReader;
}

/** The transcripts of a recording as the agent's own reader sees them grow. */
export interface RecordedTranscripts {
  /** A file has `sizeBytes` bytes from now on. */
  grow(file: string, sizeBytes: number, observedAt: number): Promise<SessionEvent[]>;
  /** What stands beside a subagent's transcript says this from now on. */
  note(file: string, content: unknown, observedAt: number): Promise<SessionEvent[]>;
}

/** `claudeDir` holds the files as they were at the end. */
export const createRecordedTranscripts = (
  claudeDir: string,
  { machine, owner, locate }: { machine: string; owner: string | null; locate: Locate },
): RecordedTranscripts => {
  const forks = createForks(claudeDir);
  const toldMessages = createToldMessages();
  const followed = new Map<string, Followed>();
  const notes = new Map<string, string>();

  const follow = (file: string, observedAt: number): Followed | undefined => {
    const known = followed.get(file);
    if (known) return known;
    const name = transcriptFileOf(file);
    if (!name) return undefined;
    const reader = createTranscriptReader({
      name,
      machine,
      owner,
      locate,
      cursor: undefined,
      lineageOf: forks.lineageOf,
      metaOf: () => parseSubagentMeta(notes.get(file) ?? ''),
      toldMessages,
      onLine: () => undefined,
    });
    const found = { ...name, identity: file, sizeBytes: 0, bornAt: observedAt, modifiedAt: observedAt };
    const added = { found, bytes: readFileSync(join(claudeDir, file)), reader };
    followed.set(file, added);
    return added;
  };

  const read = async ({ found, bytes, reader }: Followed, observedAt: number): Promise<SessionEvent[]> => {
    const file = {
      ...found,
      read: async (position: number, length: number) =>
        bytes.subarray(position, Math.min(position + length, found.sizeBytes)),
    };
    const events: SessionEvent[] = [];
    for (let hasMore = true; hasMore; ) {
      const step = await reader.read(file, observedAt);
      for (const { events: told } of step.steps) events.push(...told);
      hasMore = step.hasMore;
    }
    for (;;) {
      const steps = reader.hasHistory ? await reader.readHistory(file, observedAt) : undefined;
      if (!steps) return events;
      for (const { events: told } of steps) events.push(...told);
    }
  };

  return {
    async grow(file, sizeBytes, observedAt) {
      const source = follow(file, observedAt);
      if (!source) return [];
      Object.assign(source.found, { sizeBytes, modifiedAt: observedAt });
      forks.see(
        [...followed.values()].map(({ found }) => found),
        true,
      );
      return read(source, observedAt);
    },
    async note(file, content, observedAt) {
      const path = transcriptPathOf(file);
      if (path === undefined) return [];
      notes.set(path, content === null ? '' : JSON.stringify(content));
      const source = followed.get(path);
      return source ? read(source, observedAt) : [];
    },
  };
};
