import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const STOP_MS = 5_000;

export const CREWBOARD = join(ROOT, 'cli/bin/crewboard.js');
/** A single service, as the image runs it. */
export const service = (name: 'ingest' | 'status' | 'gateway'): string => join(ROOT, `cli/dist/services/${name}.js`);
export const AGENT = service('ingest');

/** Builds what is measured, where its sources are newer. */
export const prepare = (): void => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/prepare.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

const living = new Set<ChildProcess>();
const tempDirs = new Set<string>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
  for (const dir of tempDirs) rmSync(dir, { recursive: true, force: true });
});

/** A folder that is gone when the benchmark is. */
export const tempDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'crewboard-bench-'));
  tempDirs.add(dir);
  return dir;
};

export interface Running {
  pid: number;
  /** On the clock of `performance.now()`. */
  spawnedAt: number;
  /** Throws with the process's last words when it is gone. */
  assertAlive(): void;
  /** The most memory that it has held, MB; NaN where /proc is not there to tell. */
  peakRssMb(): number;
  /** What it holds now, the same. */
  rssMb(): number;
  cpuMs(): number;
  /** Asks it to end, waits, and insists after 5 s. */
  stop(): Promise<void>;
}

/** Starts a program with a home of its own and nothing of this environment but the path. */
export const start = (command: string, args: readonly string[], env: Record<string, string>): Running => {
  const spawnedAt = performance.now();
  const child = spawn(command, args, {
    cwd: tempDir(),
    env: { PATH: process.env.PATH ?? '', HOME: tempDir(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} can't be started`);
  living.add(child);
  let lastWords = '';
  const keep = (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      living.delete(child);
      resolve();
    }),
  );
  const isAlive = () => living.has(child);
  return {
    pid,
    spawnedAt,
    assertAlive: () => {
      if (!isAlive()) throw new Error(`${command} ${args.join(' ')} has ended: ${lastWords}`);
    },
    peakRssMb: () => Number(/VmHWM:\s+(\d+) kB/.exec(procFile(pid, 'status'))?.[1]) / 1024,
    rssMb: () => Number(/VmRSS:\s+(\d+) kB/.exec(procFile(pid, 'status'))?.[1]) / 1024,
    cpuMs: () => {
      const fields = procFile(pid, 'stat')
        .replace(/^.*\) /, '')
        .split(' ');
      const TICK_MS = 10;
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    stop: async () => {
      if (!isAlive()) return;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(insist);
    },
  };
};

const procFile = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
};
