import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionEvent } from '@crewboard/contract';
import fc from 'fast-check';
import { boundary, type Door, must } from '../boundary.ts';
import { fillStore } from '../store-owner.ts';

/** Longer than a process takes to start on a busy machine. */
const ANSWER_MS = 30_000;
const PAGE_BYTES = 4_096;
const owner = fileURLToPath(new URL('../store-owner.ts', import.meta.url));

/** Places are parts of the file, from 0 to 1. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('zeroed page' as const), at: place }),
  fc.record({ kind: fc.constant('flipped bits' as const), at: fc.array(place, { minLength: 1, maxLength: 30 }) }),
);
type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

const damaged = (bytes: Buffer, told: Damage): Buffer => {
  const placeOf = (part: number): number => Math.floor(part * bytes.length);
  if (told.kind === 'cut') return bytes.subarray(0, placeOf(told.at));
  const copy = Buffer.from(bytes);
  if (told.kind === 'zeroed page') {
    const from = placeOf(told.at) - (placeOf(told.at) % PAGE_BYTES);
    return copy.fill(0, from, from + PAGE_BYTES);
  }
  for (const part of told.at) copy[placeOf(part)] = (copy[placeOf(part)] ?? 0) ^ (1 << (placeOf(part * 8) % 8));
  return copy;
};

interface Ended {
  /** `null` where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

const run = (dir: string): Promise<Ended> =>
  new Promise((resolve) => {
    const args = ['--import', import.meta.resolve('tsx'), owner, dir];
    const child = execFile(process.execPath, args, { timeout: ANSWER_MS }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

/** Each one is a process, and another that looks: some sixty of a million. */
const stores = async () => {
  const root = mkdtempSync(join(tmpdir(), 'crewboard-fuzz-stores-'));
  const whole = join(root, 'whole');
  const events = await fillStore(whole);
  const known = new Set(events.map((event) => JSON.stringify(event)));
  const bytes = readFileSync(join(whole, 'data.mdb'));
  const dir = join(root, 'damaged');
  return boundary({
    name: 'stores',
    share: 0.01,
    inputs: fc.noShrink(damage),
    check: async (told) => {
      rmSync(dir, { recursive: true, force: true });
      cpSync(whole, dir, { recursive: true });
      writeFileSync(join(dir, 'data.mdb'), damaged(bytes, told));
      // As a process leaves it that was ended with the log open.
      writeFileSync(join(dir, 'owner.1'), JSON.stringify({ pid: process.pid, start: 'long ago' }));
      const { code, stdout, stderr } = await run(dir);
      if (code === 3) {
        must(/is damaged/.test(stderr), 'a refusal says why', stderr);
        return 'refused';
      }
      must(code === 0, 'a damaged store is opened, or refused with a reason', { code, stderr });
      const read = JSON.parse(stdout) as SessionEvent[];
      // A bit of a text that is another one is not found: nothing has a sum of it.
      if (told.kind === 'flipped bits') must(read.length <= events.length, 'nothing is read twice', read.length);
      else for (const event of read) must(known.has(JSON.stringify(event)), 'what is read was once appended', event);
      if (told.kind === 'cut')
        must(read.length === known.size, 'a store that was cut is opened where it is whole', read.length);
      return 'accepted';
    },
    finish: async () => rmSync(root, { recursive: true, force: true }),
  });
};

export const door: Door = async () => [await stores()];
