import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** A process that lives in place of a recorded one, which does not run here. */
export interface StandIn {
  pid: number;
  /** As a presence file tells it: field 22 of /proc/PID/stat; null where the system has none. */
  procStart: string | null;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

/** It ends with this process, however that ends: its standard input breaks off then. */
export const startStandIn = async (): Promise<StandIn> => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('a process cannot be started');
  return { pid, procStart: procStartOf(pid), kill: () => end(child) };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

const procStartOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
};
