import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const dist = join(root, 'cli', 'dist');

const stampFile = join(dist, '.stamp');

/** What the bundle is made of. Folders are looked through, missing ones are left out. */
const sources = () => [
  ...['packages', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => [`${group}/${name}/src`, `${group}/${name}/package.json`]),
  ),
  'cli/src',
  'cli/package.json',
  'web/src',
  'web/public',
  'web/build',
  'web/index.html',
  'web/vite.config.ts',
  'web/package.json',
  'scripts/build.mjs',
  'scripts/licences.mjs',
  'package-lock.json',
];

const isSource = (name) => !name.includes('.test.') && name !== 'node_modules';

const describe = (path, lines) => {
  const entry = statSync(join(root, path), { throwIfNoEntry: false });
  if (!entry) return;
  if (!entry.isDirectory()) {
    lines.push(`${path} ${entry.size} ${entry.mtimeMs}`);
    return;
  }
  for (const name of readdirSync(join(root, path)).sort()) if (isSource(name)) describe(`${path}/${name}`, lines);
};

/** Changes when a source was added, removed, resized or written. Reads no contents: it must cost nothing at each start. */
export const stampOfSources = () => {
  const lines = [process.version];
  for (const path of sources()) describe(path, lines);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
};

/** The stamp of the sources that cli/dist was built from, or undefined where there is no whole build. */
export const stampOfBuild = () => (existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined);

export { stampFile };
