import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** No sound on the network of its own, so that a page's requests are all there is. */
const QUIET: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The browser to drive: CHROMIUM_PATH, else the first of its usual names on PATH. Throws with what to install where there is none. */
const findChromium = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found) return found;
  throw new Error(
    `No Chromium found (${NAMES.join(', ')}). Install one (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM_PATH.`,
  );
};

/** A headless browser. Whoever launches it closes it. */
export const launchChromium = (): Promise<Browser> => {
  // Chromium refuses to run in its sandbox as root, which is what containers run as.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: findChromium(), args: [...QUIET, ...asRoot] });
};
