import { cp, mkdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** What the package itself is made of. */
const PARTS = ['package.json', 'LICENSE', 'README.md', 'bin', 'dist'];

/**
 * Copies a package that runs, with all that it needs from outside of itself, so that it runs at `to` with nothing around it. What is
 * there already is replaced in one step, a half is never there. Rejects where something is missing.
 */
export const copyPackage = async (from: string, to: string): Promise<void> => {
  const source = await realpath(from);
  const making = `${to}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  try {
    for (const part of PARTS) {
      if (await exists(join(source, part))) await cp(join(source, part), join(making, part), { recursive: true });
    }
    await bringDependencies({ source, destination: making }, making, new Map());
    await replace(to, making);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
};

/** Where a package lies, and where its copy does. */
interface Copied {
  source: string;
  destination: string;
}

/** `placed`: from each copy's folder to where it is from. */
const bringDependencies = async (importer: Copied, root: string, placed: Map<string, string>): Promise<void> => {
  const { dependencies, optionalDependencies } = manifestSchema.parse(
    JSON.parse(await readFile(join(importer.source, 'package.json'), 'utf8')),
  );
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const source = await find(name, importer.source);
    if (source === undefined) {
      // Of binaries for other systems only one's own is there.
      if (name in optionalDependencies) continue;
      throw new Error(`${name} is missing: ${importer.source} is not installed whole`);
    }
    const destination = placeFor(name, source, importer, root, placed);
    if (destination === undefined) continue;
    placed.set(destination, source);
    await cp(source, destination, {
      recursive: true,
      filter: (path) => path === source || !path.slice(source.length).split(/[\\/]/).includes('node_modules'),
    });
    await bringDependencies({ source, destination }, root, placed);
  }
};

/** Where Node.js looks for it from a folder. */
const find = async (name: string, folder: string): Promise<string | undefined> => {
  const candidate = join(folder, 'node_modules', name);
  if (await exists(join(candidate, 'package.json'))) return realpath(candidate);
  const parent = dirname(folder);
  return parent === folder ? undefined : find(name, parent);
};

/** `undefined` where its importer finds it already. Beside all others, or below its importer where another version lies there. */
const placeFor = (
  name: string,
  source: string,
  importer: Copied,
  root: string,
  placed: ReadonlyMap<string, string>,
): string | undefined => {
  for (let folder = importer.destination; folder.startsWith(root); folder = dirname(folder)) {
    const found = placed.get(join(folder, 'node_modules', name));
    if (found === source) return undefined;
    if (found !== undefined) return join(importer.destination, 'node_modules', name);
  }
  return join(root, 'node_modules', name);
};

/** What runs from there goes on with what it has loaded; it is started again in a moment. */
const replace = async (to: string, making: string): Promise<void> => {
  const old = `${to}.old`;
  await rm(old, { recursive: true, force: true });
  if (await exists(to)) await rename(to, old);
  await rename(making, to);
  await rm(old, { recursive: true, force: true });
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
