import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const VERSION = /^\s*v?(\d+\.\d+\.\d+)/;
const ASK_MS = 5_000;

export interface ClientVersion {
  version: string;
  /** Who said so. */
  from: 'option' | 'path' | 'presence';
}

/** What was said, else what the client on the PATH says, else what the newest presence file says. */
export const clientVersion = async (
  claudeDir: string,
  { said, env }: { said?: string | undefined; env: NodeJS.ProcessEnv },
): Promise<ClientVersion | undefined> => {
  if (said !== undefined) {
    const version = VERSION.exec(said)?.[1];
    if (!version) throw new Error(`“${said}” is no version such as 2.1.330.`);
    return { version, from: 'option' };
  }
  const installed = await versionOnPath(env);
  if (installed) return { version: installed, from: 'path' };
  const seen = (await presenceVersions(claudeDir))[0];
  return seen === undefined ? undefined : { version: seen, from: 'presence' };
};

/** What `claude --version` answers; `undefined` where there is none, or it takes too long. */
export const versionOnPath = (env: NodeJS.ProcessEnv): Promise<string | undefined> =>
  new Promise((resolve) => {
    // On Windows it is a script, which only a shell can start.
    const options = { env, timeout: ASK_MS, shell: process.platform === 'win32', windowsHide: true };
    const child = execFile('claude', ['--version'], options, (error, stdout) =>
      resolve(error ? undefined : VERSION.exec(stdout)?.[1]),
    );
    child.stdin?.end();
  });

const presenceSchema = z.looseObject({ version: z.string() });

/** The versions in the presence files, newest file first. Files that cannot be read are left out; keys are never opened. */
const presenceVersions = async (claudeDir: string): Promise<string[]> => {
  const folder = join(claudeDir, 'sessions');
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.json$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const path = join(folder, name);
        const { version } = presenceSchema.parse(JSON.parse(await readFile(path, 'utf8')));
        const parsed = VERSION.exec(version)?.[1];
        return parsed === undefined ? [] : [{ version: parsed, at: (await stat(path)).mtimeMs }];
      } catch {
        return [];
      }
    }),
  );
  return found
    .flat()
    .sort((a, b) => b.at - a.at)
    .map(({ version }) => version);
};
