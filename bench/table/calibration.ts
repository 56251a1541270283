import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../report.ts';

const ROUNDS = 5;
const RECORDS = 4_000;
const HASHES = 4_000;
const FILES = 100;

const records = Array.from({ length: RECORDS }, (_, index) => ({
  type: 'ToolRequested',
  sessionId: `session-${index % 50}`,
  position: index,
  data: { toolUseId: `toolu_${index}`, tool: 'Bash', input: 'npm test -- --project unit '.repeat(8) },
}));

const round = (dir: string): void => {
  const counts = new Map<string, number>();
  for (const record of records) {
    const read: typeof record = JSON.parse(JSON.stringify(record));
    counts.set(read.sessionId, (counts.get(read.sessionId) ?? 0) + read.data.input.length);
  }
  let digest = Buffer.alloc(32);
  for (let turn = 0; turn < HASHES; turn++) digest = createHash('sha256').update(digest).digest();
  const text = JSON.stringify(records.slice(0, 40));
  for (let file = 0; file < FILES; file++) {
    const path = join(dir, `${file}.json`);
    writeFileSync(path, text);
    JSON.parse(readFileSync(path, 'utf8'));
  }
};

/**
 * How long a fixed piece of work takes here and now, in ms: JSON, hashes and small files, as the product does them. What is measured
 * right after it can be told in such pieces, which says the same on a fast machine, a slow one and a busy one.
 */
export const calibrate = (): number => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-calibration-'));
  try {
    round(dir);
    return median(
      Array.from({ length: ROUNDS }, () => {
        const begun = performance.now();
        round(dir);
        return performance.now() - begun;
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
