import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Keeper, KeeperContext, Step } from './keeper.ts';
import { keeperFor } from './keepers.ts';

const COMMAND_MS = 30_000;
const BETWEEN_TRIES_MS = 500;

export interface Ran {
  isOk: boolean;
  /** All that it printed. */
  printed: string;
}

/** Runs a command of the system. Never rejects: one that is not there has failed. */
export const run = ([command, ...args]: readonly [string, ...string[]]): Promise<Ran> =>
  new Promise((done) => {
    execFile(command, args, { timeout: COMMAND_MS, windowsHide: true }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      done({ isOk: error === null, printed: error === null || said !== '' ? said : error.message });
    });
  });

/** Runs steps one after the other. Resolves with the first that failed and what it said; `undefined` where all is well. */
export const runSteps = async (steps: readonly Step[]): Promise<{ command: string; printed: string } | undefined> => {
  for (const { command, mayFail, tries = 1 } of steps) {
    let ran = await run(command);
    for (let tried = 1; !ran.isOk && tried < tries; tried++) {
      await sleep(BETWEEN_TRIES_MS);
      ran = await run(command);
    }
    if (!ran.isOk && !mayFail) return { command: command.join(' '), printed: ran.printed };
  }
  return undefined;
};

export const isKeptRunning = async ({ look, isRunning }: Keeper): Promise<boolean> => {
  const { isOk, printed } = await run(look);
  return isOk && isRunning(printed);
};

/** What keeps programs running for this person on this system. */
export const keeperHere = (env: NodeJS.ProcessEnv, dataDir: string): Keeper | undefined => {
  const { uid, username } = userInfo();
  const context: KeeperContext = {
    home: homedir(),
    uid,
    account: env.USERDOMAIN ? `${env.USERDOMAIN}\\${username}` : username,
    dataDir: resolve(dataDir),
    xdgConfigHome: env.XDG_CONFIG_HOME,
  };
  return keeperFor(process.platform, context);
};

/** The package that this runs from. Its bundle lies in `dist`. */
export const packageDir = (): string => fileURLToPath(new URL('..', import.meta.url));

/** Where the copies of the package lie, a folder for each version. */
export const appsDir = (dataDir: string): string => join(resolve(dataDir), 'app');

/**
 * The Node.js that runs this, by a path that outlives its next update: Homebrew's own path names the version, and goes with it.
 * `exists` looks into the file system.
 */
export const lastingNode = (execPath: string, exists: (path: string) => boolean = existsSync): string => {
  const [, prefix, formula] = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/bin\/node$/.exec(execPath) ?? [];
  const linked = prefix === undefined ? undefined : `${prefix}/opt/${formula}/bin/node`;
  return linked !== undefined && exists(linked) ? linked : execPath;
};
