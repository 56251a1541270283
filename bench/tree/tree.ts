import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createRandom, type Random } from '../../cli/src/demo/random.ts';
import { createFiller } from './filler.ts';
import { writeTranscript } from './transcript.ts';

export interface TreeOptions {
  sessions: number;
  /** About so many bytes over all files. */
  totalBytes: number;
  seed: number;
  /** The part of the bytes, 0 to 1, that a board has no use for. */
  bulkShare: number;
}

const manifestSchema = z.object({
  sessions: z.number(),
  totalBytes: z.number(),
  seed: z.number(),
  bulkShare: z.number(),
  writtenAt: z.number(),
  files: z.number(),
  lines: z.number(),
  bytes: z.number(),
});
/** What a tree holds. `sessions` counts forks as well. */
export type TreeManifest = z.infer<typeof manifestSchema>;

export interface Tree extends TreeManifest {
  /** To be used as CLAUDE_CONFIG_DIR. */
  claudeDir: string;
}

/** s200 and s2000 hold next to no bulk, as older clients wrote; `s200-bulk` is what 2.1.330 writes in a longer session. */
export const PRESETS = {
  s50: { sessions: 50, totalBytes: 20_000_000, seed: 50, bulkShare: 0.05 },
  s200: { sessions: 200, totalBytes: 203_000_000, seed: 200, bulkShare: 0.02 },
  's200-bulk': { sessions: 200, totalBytes: 203_000_000, seed: 201, bulkShare: 0.6 },
  s2000: { sessions: 2_000, totalBytes: 1_030_000_000, seed: 2_000, bulkShare: 0.02 },
} as const satisfies Record<string, TreeOptions>;
export type PresetName = keyof typeof PRESETS;

const HOUR_MS = 3_600_000;
const SPREAD_MS = 6 * 24 * HOUR_MS;
/** Times in a tree are near the time of its writing: an old one would look like an abandoned board. */
const KEEP_MS = 12 * HOUR_MS;
const MANIFEST = 'bench-tree.json';
const DATA_DIR = join(import.meta.dirname, '..', 'data');

const MODELS = ['claude-opus-5-5', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-4-5'];
const VERBS = ['Fix', 'Explain', 'Split', 'Test', 'Rename', 'Speed up', 'Document', 'Port'];
const THINGS = [
  'the tail reader',
  'the lease renewal',
  'the CSV export',
  'the retry loop',
  'the sign-in page',
  'the fold',
];

/** Shares that sum to 1; some sessions are twenty times as long as others. */
const shares = (random: Random, count: number): number[] => {
  const weights = Array.from({ length: count }, () =>
    Math.exp(1.1 * (random.next() + random.next() + random.next() - 1.5) * 2),
  );
  const sum = weights.reduce((left, right) => left + right, 0);
  return weights.map((weight) => weight / sum);
};

/**
 * Writes a tree of transcripts in the layout and shapes of the real client: projects, sessions, subagents, forks.
 * The same options and `now` give the same bytes. Modification times lie in the six days before `now`.
 */
export const writeTree = (claudeDir: string, options: TreeOptions, now: number): Tree => {
  const random = createRandom(options.seed);
  const filler = createFiller(random);
  const projectCount = Math.max(3, Math.round(options.sessions / 10));
  const directories = new Set<string>();
  let [files, lines, bytes, sessions, owed] = [0, 0, 0, 0, 0];

  const save = (path: string, text: string, at: number): number => {
    const directory = dirname(path);
    if (!directories.has(directory)) mkdirSync(directory, { recursive: true });
    directories.add(directory);
    const data = Buffer.from(text);
    writeFileSync(path, data);
    utimesSync(path, at / 1000, at / 1000);
    files += 1;
    bytes += data.length;
    return data.length;
  };

  const sizes = shares(random, options.sessions).map((share) => share * options.totalBytes);
  let parent: { sessionId: string; text: string } | undefined;
  for (const [index, size] of sizes.entries()) {
    const project = `project-${random.int(1, projectCount)}`;
    const cwd = `/home/dev/${project}`;
    const folder = join(claudeDir, 'projects', cwd.replace(/[^A-Za-z0-9]/g, '-'));
    const sessionId = random.uuid();
    const envelope = {
      sessionId,
      cwd,
      branch: `feat/part-${random.int(1, 60)}`,
      model: random.pick(MODELS),
      agentId: null,
    };
    const title = `${random.pick(VERBS)} ${random.pick(THINGS)} in ${project}`;
    const endAt = Math.round(now - SPREAD_MS * (index / options.sessions) ** 1.5 - random.between(1_000, 60_000));
    const { bulkShare } = options;
    const before = bytes;

    if (parent && random.chance(0.02)) {
      const copied = parent.text.slice(0, parent.text.lastIndexOf('\n', Math.min(size, parent.text.length)) + 1);
      const renamed = copied.replaceAll(`"sessionId":"${parent.sessionId}"`, `"sessionId":"${sessionId}"`);
      const own = writeTranscript({ envelope, title, bulkShare, endAt, sizeBytes: size / 4 }, random, filler);
      save(join(folder, `${sessionId}.jsonl`), renamed + own.text, endAt);
      lines += own.lines + renamed.split('\n').length - 1;
    } else {
      const subagents = random.chance(0.2) ? random.int(1, 3) : 0;
      const mainSize = Math.max(4_000, size * (1 - subagents * 0.08) - owed);
      const main = writeTranscript({ envelope, title, bulkShare, endAt, sizeBytes: mainSize }, random, filler);
      save(join(folder, `${sessionId}.jsonl`), main.text, endAt);
      lines += main.lines;
      for (let agent = 0; agent < subagents; agent++) {
        const agentId = `a${random.hex(16)}`;
        const plan = { envelope: { ...envelope, agentId }, title, bulkShare, endAt, sizeBytes: size * 0.08 };
        const side = writeTranscript(plan, random, filler);
        save(join(folder, sessionId, 'subagents', `agent-${agentId}.jsonl`), side.text, endAt);
        lines += side.lines;
      }
      if (size < 2_000_000) parent = { sessionId, text: main.text };
    }
    sessions += 1;
    owed = Math.max(0, owed + bytes - before - size);
  }

  const manifest: TreeManifest = { ...options, sessions, writtenAt: now, files, lines, bytes };
  writeFileSync(join(claudeDir, MANIFEST), JSON.stringify(manifest));
  return { ...manifest, claudeDir };
};

/** The tree of a preset under `bench/data`, written anew unless one of the last hours is there. */
export const presetTree = (name: PresetName, now: number): Tree => {
  const claudeDir = join(DATA_DIR, name);
  const present = readManifest(claudeDir);
  if (present && isSame(present, PRESETS[name]) && now - present.writtenAt < KEEP_MS) return { ...present, claudeDir };
  rmSync(claudeDir, { recursive: true, force: true });
  return writeTree(claudeDir, PRESETS[name], now);
};

const isSame = (manifest: TreeManifest, { sessions, totalBytes, seed, bulkShare }: TreeOptions): boolean =>
  manifest.sessions === sessions &&
  manifest.totalBytes === totalBytes &&
  manifest.seed === seed &&
  manifest.bulkShare === bulkShare;

const readManifest = (claudeDir: string): TreeManifest | undefined => {
  try {
    return manifestSchema.safeParse(JSON.parse(readFileSync(join(claudeDir, MANIFEST), 'utf8'))).data;
  } catch {
    return undefined;
  }
};
