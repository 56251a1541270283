import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const dist = fileURLToPath(new URL('../../cli/dist', import.meta.url));

/** A built program of ours in a process of its own, with nothing of this machine's person in its environment. */
export interface Program {
  /** All that it has printed so far. */
  output(): string;
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits. */
  stop(): Promise<void>;
}

/** Starts `cli/dist/<script>`; it is killed with the end of the test, if it still runs then. */
export const startProgram = (script: string, args: readonly string[], env: Record<string, string>): Program =>
  startCommand(process.execPath, [join(dist, script), ...args], env);

/** The same for a program that was installed elsewhere. */
export const startCommand = (command: string, args: readonly string[], env: Record<string, string>): Program => {
  const program = spawnProgram(command, args, env);
  onTestFinished(() => program.kill());
  return program;
};

/** The same for what several tests use: whoever starts it ends it. */
export const spawnProgram = (command: string, args: readonly string[], env: Record<string, string>): Program => {
  const child: ChildProcess = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return { output: () => output, exited, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
};

/** A folder that is gone with the end of the test. */
export const scratchDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-e2e-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
};
