import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { writeTree } from './tree.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const OPTIONS = { sessions: 60, totalBytes: 3_000_000, seed: 7, bulkShare: 0.1 };
const entrySchema = z.looseObject({ type: z.string(), sessionId: z.string() });

const dirs: string[] = [];
const tempDir = () => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-tree-'));
  dirs.push(dir);
  return dir;
};
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const transcripts = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .sort();

test('the same seed writes the same bytes', () => {
  const [first, second] = [tempDir(), tempDir()];
  writeTree(first, OPTIONS, NOW);
  writeTree(second, OPTIONS, NOW);
  expect(transcripts(second)).toEqual(transcripts(first));
  for (const path of transcripts(first)) {
    expect(readFileSync(join(second, path)).equals(readFileSync(join(first, path))), path).toBe(true);
  }
});

test('a tree has the asked size, whole lines of known sessions, subagents and recent times', () => {
  const dir = tempDir();
  const tree = writeTree(dir, OPTIONS, NOW);
  const paths = transcripts(dir);
  const ids = new Set(paths.filter((path) => !path.includes('subagents')).map((path) => path.slice(-42, -6)));
  expect(ids.size).toBe(60);
  expect(tree).toMatchObject({ sessions: 60, files: paths.length });
  expect(Math.abs(tree.bytes / OPTIONS.totalBytes - 1)).toBeLessThan(0.15);
  expect(paths.some((path) => path.includes('subagents'))).toBe(true);
  let lines = 0;
  for (const path of paths) {
    for (const line of readFileSync(join(dir, path), 'utf8').trimEnd().split('\n')) {
      expect(ids.has(entrySchema.parse(JSON.parse(line)).sessionId)).toBe(true);
      lines += 1;
    }
    const { mtimeMs } = statSync(join(dir, path));
    expect(mtimeMs).toBeLessThan(NOW);
    expect(mtimeMs).toBeGreaterThan(NOW - 6.1 * 24 * 3_600_000);
  }
  expect(tree.lines).toBe(lines);
});
