import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { copyPackage } from './copy-package.ts';

/** Packages as an installer lays them out: a folder for each, with a script that tells its name, version and what it requires. */
const write = (
  folder: string,
  name: string,
  version: string,
  dependencies: object = {},
  optionalDependencies: object = {},
) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, dependencies, optionalDependencies }));
  const required = Object.keys(dependencies).map((other) => `require(${JSON.stringify(other)})`);
  writeFileSync(join(folder, 'index.js'), `module.exports = ['${name}@${version}', ${required.join()}];`);
};

const makeTree = () => {
  const root = temporaryFolder('copy');
  const modules = join(root, 'cache', 'node_modules');
  const from = join(modules, 'crewboard');
  write(from, 'crewboard', '0.1.0', { a: '1', '@scope/b': '1' }, { 'only-on-mars': '1' });
  mkdirSync(join(from, 'bin'));
  mkdirSync(join(from, 'dist', 'web'), { recursive: true });
  writeFileSync(join(from, 'bin', 'crewboard.js'), 'require("../dist/crewboard.js")');
  writeFileSync(join(from, 'dist', 'crewboard.js'), 'console.log(JSON.stringify([require("a"), require("@scope/b")]))');
  writeFileSync(join(from, 'dist', 'web', 'index.html'), '<html>');
  writeFileSync(join(from, 'secret-of-the-source.txt'), 'not a part');
  write(join(modules, 'a'), 'a', '1.0.0', { c: '1' });
  write(join(modules, '@scope', 'b'), '@scope/b', '1.0.0', { c: '2', d: '1' });
  write(join(modules, 'c'), 'c', '1.0.0', { d: '1' });
  write(join(modules, '@scope', 'b', 'node_modules', 'c'), 'c', '2.0.0', { d: '1' });
  write(join(modules, 'd'), 'd', '1.0.0', { a: '1' });
  // Packages may name each other; ones that load each other in turn only make Node.js warn.
  writeFileSync(join(modules, 'd', 'index.js'), "module.exports = ['d@1.0.0'];");
  write(join(modules, 'unrelated'), 'unrelated', '1.0.0');
  return { root, from, to: join(root, 'data', 'app', '0.1.0') };
};

const run = (to: string): unknown =>
  JSON.parse(execFileSync(process.execPath, [join(to, 'bin', 'crewboard.js')], { encoding: 'utf8', cwd: '/' }));

it('a copy runs with nothing around it, each part with the version that it had', async () => {
  const { from, to, root } = makeTree();
  const expected = run(from);
  await copyPackage(from, to);
  execFileSync('mv', [join(root, 'cache'), join(root, 'gone')]);
  expect(run(to)).toEqual(expected);
  expect(readdirSync(to).sort()).toEqual(['bin', 'dist', 'node_modules', 'package.json']);
  expect(readdirSync(join(to, 'node_modules')).sort()).toEqual(['@scope', 'a', 'c', 'd']);
  expect(existsSync(join(to, 'dist', 'web', 'index.html'))).toBe(true);
});

it('finds what it needs beside where it really lies, as linked installs keep it', async () => {
  const { from, to, root } = makeTree();
  const link = join(root, 'linked', 'node_modules', 'crewboard');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(from, link);
  await copyPackage(link, to);
  expect(run(to)).toEqual(run(from));
});

it('replaces what was there whole, and leaves that alone where something is missing', async () => {
  const { from, to } = makeTree();
  await copyPackage(from, to);
  writeFileSync(join(to, 'of-the-version-before.txt'), '');
  await copyPackage(from, to);
  expect(existsSync(join(to, 'of-the-version-before.txt'))).toBe(false);
  execFileSync('rm', ['-r', join(from, '..', 'd')]);
  await expect(copyPackage(from, to)).rejects.toThrow('d is missing');
  expect(run(to)).toBeInstanceOf(Array);
  expect(readdirSync(dirname(to))).toEqual(['0.1.0']);
});
