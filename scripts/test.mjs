// `npm test`: everything that must hold, against real files, a real Redis and a real browser.
// With arguments (`npm test -- --project unit packages/contract`) it hands them to vitest, and runs nothing else.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './sources.mjs';
import { ensureChromium, ensureRedis } from './test-tools.mjs';

/** vitest leaves one core free. Tests that wait more than they compute may have it too. */
const ON_ALL_CORES = ['--maxWorkers=100%'];
const PROJECTS = { unit: ON_ALL_CORES, web: ON_ALL_CORES, integration: ON_ALL_CORES, browser: [] };
/** Settings of the person who runs the tests: none may reach them, nor may a key that costs money. */
const PERSONAL = /^(CREWBOARD_|CLAUDE|ANTHROPIC_|GITHUB_TOKEN$|GH_TOKEN$|REDIS_|HOST$|PORT$|LOG_LEVEL$|NODE_ENV$)/;

const scratch = mkdtempSync(join(tmpdir(), 'crewboard-test-'));
const home = join(scratch, 'home');
mkdirSync(home);
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !PERSONAL.test(name))),
  CI: 'true',
  HOME: home,
  USERPROFILE: home,
  CLAUDE_CONFIG_DIR: join(home, '.claude'),
  CREWBOARD_DATA_DIR: join(home, '.crewboard'),
  // CI makes some tools colour what they print even into a file.
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
};

const total = { passed: 0, failed: 0, skipped: 0 };
const add = (passed, failed, skipped = 0) => {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
};

const run = (command, args) =>
  spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

const npm = (script) => {
  const path = process.env.npm_execpath;
  const args = ['run', '--silent', script];
  return path?.endsWith('.js') ? [process.execPath, [path, ...args]] : ['npm', args];
};

/** A script of package.json that either holds or does not: counts as one test. */
const check = (script) => {
  console.log(`\n── ${script}`);
  const holds = run(...npm(script));
  add(holds ? 1 : 0, holds ? 0 : 1);
};

/** The same for one that waits more than it computes: it runs beside what comes next, until the answer is called. */
const begin = (script) => {
  const file = join(scratch, `${script.replaceAll(':', '-')}.txt`);
  const output = openSync(file, 'w');
  const [command, args] = npm(script);
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', output, output] });
  const ended = once(child, 'exit');
  process.once('exit', () => child.kill());
  return async () => {
    const [code] = await ended;
    console.log(`\n── ${script}\n${readFileSync(file, 'utf8')}`);
    add(code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  };
};

const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Runs vitest and counts its tests. A file that could not run, or a fault outside of any test, counts as one that failed. */
const vitest = (label, args) => {
  console.log(`\n── ${label}`);
  const file = join(scratch, `${label.replaceAll(/\W+/g, '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const wentWell = run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args]);
  const report = readReport(file);
  if (!report) return add(0, 1);
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  add(report.numPassedTests, failed === 0 && !wentWell ? 1 : failed, report.numPendingTests + report.numTodoTests);
};

/** They start servers of their own, many and as they want them: a container's is none. */
const NEED_REDIS_SERVER = ['soak:short', 'bench:short', 'chaos:short'];

const everything = async (hasRedisServer) => {
  check('typecheck');
  check('lint');
  check('fuzz:short');
  const soaked = hasRedisServer && begin('soak:short');
  for (const [project, args] of Object.entries(PROJECTS)) vitest(`${project} tests`, ['--project', project, ...args]);
  if (!soaked) return add(0, 0, NEED_REDIS_SERVER.length);
  await soaked();
  check('bench:short');
  check('chaos:short');
};

try {
  const redis = ensureRedis();
  Object.assign(env, redis, { CHROMIUM_PATH: ensureChromium() });
  const args = process.argv.slice(2);
  if (args.length > 0) vitest(args.join(' '), args);
  else await everything(!('DOCKER_HOST' in redis));
} catch (error) {
  console.error(error.message);
  add(0, 1);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const { passed, failed, skipped } = total;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
