import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Mark, parseJson, type Recording, type Snapshot } from './recording.ts';
import type { Sanitiser } from './sanitise.ts';
import { changeTranscript } from './transcript.ts';

const STATUSES = ['working', 'waiting_for_approval', 'waiting_for_input', 'idle', 'ended'];
/** What a recorder notes beside statuses. */
const NO_STATUS = ['sent', 'killed'];

const presenceSchema = z.object({
  pid: z.number(),
  sessionId: z.string(),
  cwd: z.string(),
  kind: z.string().optional(),
  entrypoint: z.string().optional(),
  version: z.string().optional(),
});
type Presence = z.infer<typeof presenceSchema>;

interface SeenPresence {
  t: number;
  file: string;
  /** All of it; null when the file was gone. */
  raw: unknown;
  content: Presence | null;
}

export interface CaptureFiles {
  /** Path below the capture's folder → content. */
  files: Map<string, Buffer | string>;
  notes: string[];
}

/** The presence snapshots that are whole: a half-written one is followed by its whole self. */
const presenceOf = (recording: Recording): SeenPresence[] =>
  recording.presence.flatMap(({ t, file, now }): SeenPresence[] => {
    if (now === null) return [{ t, file, raw: null, content: null }];
    const raw = parseJson(now);
    const parsed = presenceSchema.safeParse(raw);
    return parsed.success ? [{ t, file, raw, content: parsed.data }] : [];
  });

/** The folders that the sessions of a recording worked in. */
export const cwdsOf = (recording: Recording): string[] => [
  ...new Set(presenceOf(recording).flatMap(({ content }) => content?.cwd ?? [])),
];

/** Turns a recording into the files of a capture. Throws where it can't be one. */
export const buildCapture = (recording: Recording, scenario: string, sanitiser: Sanitiser): CaptureFiles => {
  const notes: string[] = [];
  const presence = presenceOf(recording);
  const version = presence.find(({ content }) => content?.version)?.content?.version;
  const startedAt = Math.min(...presence.map(({ t }) => t), ...recording.hooks.map(({ t }) => t));
  // What came after the recorder stopped looking (a daemon's hooks) has nothing to be compared with.
  const endedAt = Math.max(...[recording.presence, recording.growth, recording.marks].flat().map(({ t }) => t));
  const seconds = (t: number): number => Number((t - startedAt).toFixed(3));

  const transcripts = new Map<string, { bytes: Buffer; entries: object[] }>();
  for (const [file, growth] of byFile(recording.growth)) {
    transcripts.set(`projects/${file}`, transcriptOf(recording, file, growth, sanitiser, seconds));
  }
  const timeline = [
    ...processEntries(presence, recording.marks).map(({ t, ...entry }) => ({ t: seconds(t), ...entry })),
    ...presence.map(({ t, file, raw }) => ({
      t: seconds(t),
      source: 'presence',
      file: `sessions/${file}`,
      content: sanitiser.value(raw),
    })),
    ...recording.hooks
      .filter(({ t }) => t <= endedAt)
      .map(({ t, p }) => ({ t: seconds(t), source: 'hook', payload: sanitiser.value(p) })),
    ...[...transcripts.values()].flatMap(({ entries }) => entries),
    ...snapshotEntries('job', recording.jobs, sanitiser, seconds, withoutEnvironment),
    ...snapshotEntries('meta', recording.metas, sanitiser, seconds),
  ].toSorted((a, b) => timeOf(a) - timeOf(b) || rank(a) - rank(b));

  const truth = recording.marks
    .filter(({ status }) => !NO_STATUS.includes(status))
    .map((mark) => ({
      t: seconds(mark.t),
      sessionId: mark.sessionId ?? onScreenAt(presence, mark.t),
      status: statusOf(mark),
    }))
    .toSorted((a, b) => a.t - b.t);
  if (presence.length > 0) notes.push('the process entries are taken from the presence files and from kills');

  const files = new Map<string, Buffer | string>();
  const head = {
    scenario,
    claudeCodeVersion: version,
    startedAtEpochMs: Math.floor(startedAt * 1_000),
    hooksInstalled: recording.hooks.length > 0,
    derived: recording.areMarksItsOwn ? ['process'] : ['process', 'truth'],
  };
  files.set('capture.json', `${JSON.stringify(head, null, 2)}\n`);
  files.set('timeline.jsonl', jsonLines(timeline));
  files.set('truth.jsonl', jsonLines(truth));
  for (const [file, { bytes }] of transcripts) files.set(join('claude', sanitiser.text(file)), bytes);
  return { files, notes };
};

const byFile = <Entry extends { file: string }>(entries: readonly Entry[]): Map<string, Entry[]> => {
  const files = new Map<string, Entry[]>();
  for (const entry of entries) files.set(entry.file, [...(files.get(entry.file) ?? []), entry]);
  return files;
};

const timeOf = (entry: object): number => ('t' in entry && typeof entry.t === 'number' ? entry.t : 0);

/** Of one moment: a process comes before its presence, and goes after it. */
const rank = (entry: object): number => {
  if (!('source' in entry) || entry.source !== 'process') return 1;
  return 'alive' in entry && entry.alive === true ? 0 : 2;
};

const jsonLines = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const transcriptOf = (
  recording: Recording,
  file: string,
  growth: Recording['growth'],
  sanitiser: Sanitiser,
  seconds: (t: number) => number,
): { bytes: Buffer; entries: object[] } => {
  const sizes = growth.flatMap(({ t, now }) => (now === null ? [] : [{ t, size: now }]));
  const last = sizes.at(-1)?.size ?? 0;
  if (sizes.some(({ size }, index) => size < (sizes[index - 1]?.size ?? 0))) throw new Error(`${file} became shorter`);
  const original = readFileSync(join(recording.claudeDir, 'projects', file)).subarray(0, last);
  if (original.length < last) throw new Error(`${file} is shorter than it was`);
  const { bytes, offset } = changeTranscript(original, sanitiser.entry);
  let from = 0;
  const entries = sizes.flatMap(({ t, size }) => {
    const to = offset(size);
    if (to === from) return [];
    const entry = { t: seconds(t), source: 'transcript', file: sanitiser.text(`projects/${file}`), from, to };
    from = to;
    return [entry];
  });
  return { bytes, entries };
};

/** A process begins with its presence and is gone with it, or when it was killed. */
const processEntries = (presence: SeenPresence[], marks: readonly Mark[]) => {
  const kills = marks.filter(({ status }) => status === 'killed');
  return [...byFile(presence)].flatMap(([file, seen]) => {
    const pid = Number(file.replace(/\.json$/, ''));
    const first = seen[0];
    const last = seen.at(-1);
    if (!first || !last) return [];
    const gone = last.content === null ? last.t : kills.find(({ t }) => t >= first.t)?.t;
    const begins = { t: first.t, source: 'process', pid, alive: true };
    return gone === undefined ? [begins] : [begins, { t: gone, source: 'process', pid, alive: false }];
  });
};

/** The session on the screen: of the client that a person started last. */
const onScreenAt = (presence: SeenPresence[], t: number): string => {
  const isOnScreen = (content: Presence | null): content is Presence =>
    content?.kind !== 'bg' && content?.entrypoint === 'cli';
  const begun = new Map<string, Presence>();
  for (const { t: at, file, content } of presence) {
    if (at > t || !isOnScreen(content)) continue;
    begun.set(file, content);
  }
  const found = [...begun.values()].at(-1);
  if (!found) throw new Error(`no client was on the screen at ${t}`);
  return found.sessionId;
};

const statusOf = ({ status, t }: Mark): string => {
  if (!STATUSES.includes(status)) throw new Error(`the mark at ${t} says “${status}”, which is no status`);
  return status;
};

const snapshotEntries = (
  source: 'job' | 'meta',
  snapshots: readonly Snapshot[],
  sanitiser: Sanitiser,
  seconds: (t: number) => number,
  prepare: (content: unknown) => unknown = (content) => content,
): object[] =>
  snapshots.flatMap(({ t, file, now }) => {
    const content = now === null ? null : parseJson(now);
    if (content === undefined) return [];
    return [{ t: seconds(t), source, file: sanitiser.text(file), content: sanitiser.value(prepare(content)) }];
  });

/** A job's state names variables of the environment that it got. */
const withoutEnvironment = (content: unknown): unknown =>
  typeof content === 'object' && content !== null
    ? Object.fromEntries(Object.entries(content).filter(([key]) => key !== 'providerEnv'))
    : content;
