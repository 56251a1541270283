import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const ROOT = join(import.meta.dirname, '../..');
const OWN = '@crewboard';

/** What stands once in a file, and what stands there in the next release (as `String.replace` takes it). */
export interface Edit {
  file: string;
  from: RegExp;
  to: string;
}

/** A copy of the sources, with our own packages in their places and all others where they are. */
const copySources = (into: string): void => {
  for (const group of ['packages', 'services', 'cli/package.json']) {
    const isWanted = (path: string): boolean => !/\/(node_modules|test)$|\.test\.ts$/.test(path);
    cpSync(join(ROOT, group), join(into, group), { recursive: true, filter: isWanted });
  }
  const modules = join(into, 'node_modules');
  mkdirSync(join(modules, OWN), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== OWN && !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const group of ['packages', 'services']) {
    for (const name of readdirSync(join(into, group))) symlinkSync(join(into, group, name), join(modules, OWN, name));
  }
};

const apply = (into: string, { file, from, to }: Edit): void => {
  const path = join(into, file);
  const text = readFileSync(path, 'utf8');
  if (text.match(new RegExp(from, 'g'))?.length !== 1) throw new Error(`not once in ${file}: ${from}`);
  writeFileSync(path, text.replace(from, to));
};

/** Builds the services as they would be with these edits. Answers where a service's program is. */
export const buildNextRelease = async (into: string, edits: readonly Edit[]): Promise<(name: string) => string> => {
  copySources(into);
  for (const edit of edits) apply(into, edit);
  const { dependencies } = JSON.parse(readFileSync(join(into, 'cli/package.json'), 'utf8'));
  await build({
    cwd: into,
    input: Object.fromEntries(['ingest', 'status', 'gateway'].map((name) => [name, `services/${name}/src/main.ts`])),
    platform: 'node',
    external: (id) => Object.hasOwn(dependencies, id),
    logLevel: 'warn',
    resolve: { symlinks: true },
    output: { dir: join(into, 'dist'), format: 'esm', entryFileNames: '[name].js' },
  });
  return (name) => join(into, 'dist', `${name}.js`);
};
