import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { claimFolder, LogInUse } from './embedded-lock.ts';

/** Thrown where a store can't be read any more, as far as a process may try without being ended by it. */
export class StoreDamaged extends Error {
  readonly code = 'STORE_DAMAGED';
  constructor(dir: string) {
    super(`What Crewboard keeps in ${dir} is damaged and can't be opened. \`crewboard doctor\` says what to do.`);
  }
}

/** Longer than the largest store takes to be read from a slow disk. A damaged one may lead round in circles. */
const LOOK_MS = 60_000;

/** Whatever a page of the machine is, it is so many times this. */
const PAGE_BYTES = 4_096;

/** Reads every entry of every database, counts them, and writes something and takes it away, which looks at the free pages. */
const LOOK = `
const [, lmdb, dir] = process.argv;
const { open } = require(lmdb);
const root = open({ path: dir, noSubdir: false, encoding: 'binary', maxDbs: 1000 });
for (const name of Array.from(root.getKeys())) {
  const all = root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
  let count = 0;
  for (const _ of all.getRange()) count += 1;
  if (count !== all.getStats().entryCount) throw new Error('entries are missing');
}
const check = root.openDB({ name: 'check', encoding: 'binary' });
const sizes = [...Array(100).fill(1_000), 100_000];
root.transactionSync(() => sizes.forEach((size, n) => check.putSync(n, Buffer.alloc(size))));
root.transactionSync(() => sizes.forEach((_, n) => check.removeSync(n)));
root.close();
`;

/**
 * False where the store in a folder is damaged: a file that was cut or half copied, a page that the disk lost. LMDB has no sums of its pages,
 * and what it finds broken ends the process without a word: so another process looks. One entry that says something else is not found.
 * Not to be asked of a store that is open: it is written to.
 */
export const isSound = async (dir: string): Promise<boolean> => {
  const file = join(dir, 'data.mdb');
  if (!existsSync(file)) return true;
  // An empty one LMDB would take for a new one; it writes whole pages.
  const size = sizeOf(dir);
  if (size === 0 || size % PAGE_BYTES !== 0) return false;
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  const look = promisify(execFile)(process.execPath, ['--eval', LOOK, '--', lmdb, dir], { timeout: LOOK_MS });
  return look.then(
    () => true,
    () => false,
  );
};

const sizeOf = (dir: string): number => statSync(join(dir, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0;

/** Notes how long its file is, of a store that is closed. Where the disk takes no note, the next to open the store looks. */
export const noteClosed = (dir: string): void => {
  try {
    writeFileSync(join(dir, 'closed'), String(sizeOf(dir)));
  } catch {
    // The store is closed all the same.
  }
};

/** Whether the file is as long as it was when the store was closed last. It is not where it was cut or copied in part. */
export const isAsClosed = (dir: string): boolean => {
  const note = join(dir, 'closed');
  return !existsSync(note) || Number(readFileSync(note, 'utf8')) === sizeOf(dir);
};

/** How the log in a folder fares, as far as it can be looked at: while a process has it open, that one knows. */
export const lookAtLog = async (dir: string): Promise<'in use' | 'sound' | 'damaged'> => {
  if (!existsSync(dir)) return 'sound';
  try {
    const { leave } = claimFolder(dir);
    const sound = await isSound(dir);
    // Else the claim stays, as that of a process which the log has ended: whoever comes next looks first.
    if (sound) {
      noteClosed(dir);
      leave();
    }
    return sound ? 'sound' : 'damaged';
  } catch (error) {
    if (error instanceof LogInUse) return 'in use';
    throw error;
  }
};
