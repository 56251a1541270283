import { writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { MACHINE_REPORT_MS } from '@crewboard/contract';
import { z } from 'zod';
import { hasProcess } from './presence/liveness.ts';

const runningSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** Whom it tells, for people. */
  tells: z.string(),
});
/** An agent that works with a data folder. */
export type RunningAgent = z.infer<typeof runningSchema>;

/** Two agents with one data folder would take each other's hooks and overwrite each other's cursor. The message says what to do. */
export class AlreadyRuns extends Error {
  readonly code = 'ALREADY_RUNS';
  constructor({ pid, host, tells }: RunningAgent, dataDir: string) {
    const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
    super(
      `Crewboard works with ${resolve(dataDir)} already (${where}, for ${tells}). Stop that first ` +
        '(an installed agent: crewboard agent --uninstall), or give this one a folder of its own: CREWBOARD_DATA_DIR=<folder>',
    );
  }
}

/** One that was silent for so long is gone, and its pid another's. */
const SILENT_MS = 3 * MACHINE_REPORT_MS;

/** Folders that agents of this process work with: a pid that is ours says nothing else. */
const ours = new Set<string>();

const lockPath = (dataDir: string): string => join(resolve(dataDir), 'agent', 'running.json');

/** The agent that works with a data folder now; `undefined` where none does. Never rejects. */
export const runningAgent = async (dataDir: string, now = Date.now()): Promise<RunningAgent | undefined> => {
  const path = lockPath(dataDir);
  let found: RunningAgent;
  try {
    found = runningSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
  if (found.host === hostname() && !isAlive(found.pid, path)) return undefined;
  // It says every few seconds how it fares; at its start it wrote the lock.
  const signs = await Promise.all([path, join(path, '..', 'report.json')].map(changedAt));
  return now - Math.max(...signs) < SILENT_MS ? found : undefined;
};

/** Takes a data folder for an agent, until `release`. Rejects with {@link AlreadyRuns} where another works with it. */
export const takeFolder = async (dataDir: string, tells: string): Promise<{ release(): Promise<void> }> => {
  const path = lockPath(dataDir);
  for (;;) {
    try {
      const own: RunningAgent = { pid: process.pid, host: hostname(), tells };
      // At once, so that nobody meets an empty one.
      writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
      ours.add(path);
      return {
        release: async () => {
          ours.delete(path);
          await rm(path, { force: true });
        },
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const other = await runningAgent(dataDir);
      if (other) throw new AlreadyRuns(other, dataDir);
      await rm(path, { force: true });
    }
  }
};

const isAlive = (pid: number, path: string): boolean => (pid === process.pid ? ours.has(path) : hasProcess(pid));

const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
