import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './until.ts';

/** A program of the team that is started again whenever it ends, as by a supervisor. */
export interface Part {
  readonly name: string;
  /** Of the process that runs now; undefined while none does. */
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  /** The last that it has printed. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Sets its clock, ms beside the real time; a process that is started later has the real one. Resolves when it goes by that. */
  setClock(offMs: number): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface PartOptions {
  name: string;
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  /** A folder for its own. */
  folder: string;
}

const RESTART_AFTER_MS = 200;
const STOP_MS = 8_000;
const CLOCK_MS = 10_000;
const OUTPUT_MAX = 20_000;

export const CLOCK = join(import.meta.dirname, 'clock.mjs');

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export const startPart = ({ name, command, args, env, folder }: PartOptions): Part => {
  const clockFile = join(folder, `${name}.clock`);
  let child: ChildProcess | undefined;
  let output = '';
  let starts = 0;
  const over = new AbortController();

  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_MAX);
  };
  const live = async (): Promise<void> => {
    while (!over.signal.aborted) {
      starts += 1;
      child = spawn(command, args, {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', HOME: folder, CHAOS_CLOCK: clockFile, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      living.add(child);
      child.stdout?.on('data', keep);
      child.stderr?.on('data', keep);
      const [code, signal] = await once(child, 'exit');
      living.delete(child);
      child = undefined;
      output += `\n[${name} ended: ${code ?? signal}]\n`;
      await sleep(RESTART_AFTER_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const life = live();

  return {
    name,
    get pid() {
      return child?.pid;
    },
    get starts() {
      return starts;
    },
    output: () => output,
    signal: (signal) => void child?.kill(signal),
    setClock: async (offMs) => {
      writeFileSync(clockFile, String(offMs));
      child?.kill('SIGUSR2');
      await until(() => {
        if (existsSync(clockFile)) throw new Error(`${name} does not look at its clock`);
      }, CLOCK_MS);
    },
    stop: async () => {
      over.abort();
      child?.kill('SIGCONT');
      child?.kill('SIGTERM');
      const insist = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
      await life;
      clearTimeout(insist);
    },
  };
};
