import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { quiet } from '../test/agent.ts';
import { openDeadLetters } from './dead-letters.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewboard-dead-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = { file: 'projects/a/s.jsonl', offset: 10, length: 20, reason: 'the line is not JSON' };

it('notes where a line stands and what is wrong with it', async () => {
  const letters = openDeadLetters(folder, quiet, () => 0);
  letters.add(line);
  await letters.close();
  const path = join(folder, 'dead-letters.ndjson');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ at: '1970-01-01T00:00:00.000Z', ...line });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('counts what was noted, by an earlier agent too', async () => {
  const first = openDeadLetters(folder, quiet, () => 0);
  first.add(line);
  first.add(line);
  expect(first.count).toBe(2);
  await first.close();
  const second = openDeadLetters(folder, quiet, () => 0);
  second.add(line);
  expect(second.count).toBe(3);
  await second.close();
});

it('stays small', async () => {
  const letters = openDeadLetters(folder, quiet, () => 0);
  for (let round = 0; round < 4; round++) {
    for (let index = 0; index < 4_000; index++) letters.add({ ...line, reason: 'x'.repeat(100) });
    await letters.close();
  }
  const path = join(folder, 'dead-letters.ndjson');
  expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024);
  expect(existsSync(`${path}.1`)).toBe(true);
});
