import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.number().int().positive(), start: z.string() });
type Owner = z.infer<typeof ownerSchema>;

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

const readOwner = (meta: Database<string, string>): Owner | undefined => {
  const raw = meta.get('owner');
  if (raw === undefined) return undefined;
  return ownerSchema.parse(JSON.parse(raw));
};

/** Thrown where another process has the folder open. */
export class LogInUse extends Error {
  readonly code = 'LOG_IN_USE';
  constructor(dir: string, pid: number) {
    super(`the log in ${dir} is in use by process ${pid}; one process at a time may open it`);
  }
}

/**
 * Makes this process the one that may use the folder, or throws {@link LogInUse}. The check and the claim are one LMDB
 * transaction, whose lock the system frees when its holder dies; an owner that was killed is recognised by its pid and
 * start time, so nothing has to be cleaned up by hand.
 */
export const claimFolder = (root: RootDatabase<string, string>, meta: Database<string, string>, dir: string): void => {
  const self: Owner = { pid: process.pid, start: processStart(process.pid) ?? '' };
  root.transactionSync(() => {
    const owner = readOwner(meta);
    if (owner) {
      const start = processStart(owner.pid);
      if (start !== undefined && start === owner.start) throw new LogInUse(dir, owner.pid);
    }
    meta.putSync('owner', JSON.stringify(self));
  });
};

export const leaveFolder = (meta: Database<string, string>): void => {
  meta.removeSync('owner');
};
