import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.number().int().positive(), start: z.string() });

/** Owners take the next number: `owner.4` holds the folder when it is the highest and its process lives. */
const OWNER_FILE = /^owner\.(\d+)$/;

/**
 * When a process started, as the system tells it: with the pid it names one process for good, since pids are used again.
 * `undefined` where there is no such process; '' where the system doesn't tell.
 */
const processStart = (pid: number): string | undefined => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
  }
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces; field 22 of the line is the 20th behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
};

/** Thrown where another process, or another log of this one, has the folder open. */
export class LogInUse extends Error {
  readonly code = 'LOG_IN_USE';
  constructor(dir: string, pid: number) {
    super(
      `The log in ${dir} is in use by process ${pid}, and one process at a time may open it. Most likely Crewboard already ` +
        'runs: end that process first, or give this one a folder of its own with CREWBOARD_DATA_DIR.',
    );
  }
}

const ownerNumbers = (dir: string): number[] =>
  readdirSync(dir)
    .flatMap((file) => OWNER_FILE.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);

/**
 * The living owner's pid; `undefined` where it is gone, or was killed before it ever was one. Owners write their file whole: one that can't
 * be read is from before a power loss.
 */
const livingOwner = (dir: string, number: number): number | undefined => {
  try {
    const { pid, start } = ownerSchema.parse(JSON.parse(readFileSync(join(dir, `owner.${number}`), 'utf8')));
    return processStart(pid) === start ? pid : undefined;
  } catch {
    return undefined;
  }
};

/** Links the file to a name that must be free: in one step, with its content. */
const linkIfFree = (file: string, name: string): boolean => {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

/**
 * Makes this process the one that may use the folder, or throws {@link LogInUse}. Nothing has to be cleaned up after a
 * `kill -9`: an owner that is gone is recognised by its pid and start time. `leave` gives the folder up again; `wasLeft` is false where the
 * owner before went without.
 *
 * It stands outside of LMDB because even opening an environment while another process commits can lose that commit.
 */
export const claimFolder = (dir: string): { wasLeft: boolean; leave: () => void } => {
  const claim = join(dir, `claim.${randomUUID()}`);
  writeFileSync(claim, JSON.stringify({ pid: process.pid, start: processStart(process.pid) ?? '' }));
  try {
    for (;;) {
      const [highest = 0] = ownerNumbers(dir);
      const pid = livingOwner(dir, highest);
      if (pid !== undefined) throw new LogInUse(dir, pid);
      const own = highest + 1;
      const file = join(dir, `owner.${own}`);
      if (!linkIfFree(claim, file)) continue;
      const numbers = ownerNumbers(dir);
      if (numbers[0] !== own) {
        // Others came and went between the look and the claim, and one of them is a step ahead.
        rmSync(file, { force: true });
        continue;
      }
      for (const old of numbers.slice(1)) rmSync(join(dir, `owner.${old}`), { force: true });
      return { wasLeft: highest === 0, leave: () => rmSync(file, { force: true }) };
    }
  } finally {
    rmSync(claim, { force: true });
  }
};
