import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCapture, cwdsOf } from './capture/build.ts';
import { parseJson, readRecording } from './capture/recording.ts';
import { createSanitiser, findPrivate, HOME, type Identity, REPOSITORY } from './capture/sanitise.ts';

const USAGE = `npm run capture -- <recording> <name> [--truth <marks.jsonl>] [--word <private word>]…

Makes a capture in test/captures of a recorder's folder (home/.claude, hooks.log, presence.jsonl, growth.jsonl,
truth.jsonl; jobs.jsonl and meta.jsonl where there are some). Paths, names, addresses, secrets and long texts are
replaced; where something private may be left, nothing is written.`;

/** Too short or too common to be told from other words. */
const COMMON = new Set(['root', 'user', 'dev', 'node', 'runner', 'ubuntu', 'localhost', 'vm', 'admin']);

const identityOf = (recording: string, cwds: readonly string[], words: readonly string[]): Identity => {
  const paths = new Map([
    [join(recording, 'home/.claude'), `${HOME}/.claude`],
    [join(recording, 'home'), HOME],
    [recording, HOME],
  ]);
  for (const [index, cwd] of cwds.entries()) paths.set(cwd, index === 0 ? REPOSITORY : `${HOME}/${basename(cwd)}`);
  const names = new Map([
    [userInfo().username, 'dev'],
    [hostname(), 'devbox'],
  ]);
  for (const name of names.keys()) if (name.length < 4 || COMMON.has(name)) names.delete(name);
  for (const word of words) names.set(word, 'dev');
  return { paths, words: names };
};

/** All that a file of a capture says, line by line. */
const valuesOf = (content: Buffer | string): unknown[] => {
  const whole = parseJson(content.toString());
  if (whole !== undefined) return [whole];
  return content
    .toString()
    .split('\n')
    .map((line) => parseJson(line) ?? line);
};

const typed = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { truth: { type: 'string' }, word: { type: 'string', multiple: true, default: [] } },
    });
  } catch {
    console.error(USAGE);
    process.exit(1);
  }
};
const { values, positionals } = typed();
const [folder, name] = positionals;
if (!folder || !name || !/^[\w-]+$/.test(name)) {
  console.error(USAGE);
  process.exit(1);
}
const target = join(import.meta.dirname, '../test/captures', name);
if (existsSync(target)) {
  console.error(`test/captures/${name} is there already: take another name, or remove it first.`);
  process.exit(1);
}
const recording = readRecording(resolve(folder), values.truth);
const identity = identityOf(recording.dir, cwdsOf(recording), values.word);
const { files, notes } = buildCapture(recording, name, createSanitiser(identity));

const left = [...files].flatMap(([path, content]) =>
  [path, ...valuesOf(content)].flatMap((value, index) =>
    findPrivate(value, identity).map((what) => `${path}:${index}: ${what}`),
  ),
);
if (left.length > 0) {
  console.error(`Nothing was written: something private may be left.\n${[...new Set(left)].join('\n')}`);
  process.exit(1);
}
try {
  for (const [path, content] of files) {
    mkdirSync(join(target, dirname(path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
} catch (error) {
  rmSync(target, { recursive: true, force: true });
  throw error;
}
const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
console.log([`test/captures/${name}: ${files.size} files, ${Math.round(bytes / 1024)} KB`, ...notes].join('\n'));
