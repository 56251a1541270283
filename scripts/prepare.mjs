// Runs before `npm start` and `npm test`: installs and builds what is missing or stale. Needs nothing but Node.js.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, stampOfBuild, stampOfSources } from './sources.mjs';

const NODE_MIN = [20, 19];
const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const installedLock = join(modules, '.crewboard-lock');

const fail = (message) => {
  console.error(message);
  process.exit(1);
};

/** Runs it quietly; what it printed is shown only where it fails. */
const run = (command, args, whatFailed) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (status === 0) return;
  fail([stdout, stderr, error?.message, whatFailed].filter(Boolean).join('\n'));
};

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  fail(`Crewboard needs Node.js ${NODE_MIN.join('.')} or later; this is ${process.versions.node}.`);
};

/** True when npm's own record of node_modules has every package of the lock file: an `npm install` by hand counts too. */
const hasEveryPackage = (lock) => {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, entry]) =>
      path === '' ||
      (installed[path] ? installed[path].version === entry.version : Boolean(entry.optional || entry.devOptional)),
  );
};

const install = () => {
  const lock = readFileSync(lockFile, 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  if (existsSync(installedLock) && readFileSync(installedLock, 'utf8') === hash) return;
  if (!hasEveryPackage(lock)) {
    console.log(`Installing what Crewboard needs (${existsSync(modules) ? 'it changed' : 'first start only'})…`);
    const args = ['ci', '--no-audit', '--no-fund', '--include=dev'];
    const npm = process.env.npm_execpath;
    const hint = '`npm ci` failed, see above. Is this machine online? Try again, or run `npm ci` by hand.';
    if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], hint);
    else run('npm', args, hint);
  }
  writeFileSync(installedLock, hash);
};

const build = () => {
  if (stampOfBuild() === stampOfSources()) return;
  console.log('Building Crewboard…');
  run(process.execPath, [join(root, 'scripts', 'build.mjs')], 'The build failed, see above.');
};

checkNode();
install();
build();
