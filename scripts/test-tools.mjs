// The two programs that the tests drive for real and npm does not bring: Redis and a Chromium browser.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
/** Same as in docker-compose.yml. */
const REDIS_IMAGE = 'redis:8-bookworm';

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (...names) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;

const aptEnv = {
  ...process.env,
  DEBIAN_FRONTEND: 'noninteractive',
  // Keeps invoke-rc.d from starting the packaged server: the tests start their own.
  RUNLEVEL: '1',
};

/** Runs it with its output kept back; returns the output where it failed, undefined where it went well. */
const apt = (...args) => {
  const { status, stdout, stderr, error } = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: aptEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? undefined : `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`;
};

/** Installs a Debian package where this user may. Says why not otherwise. */
const install = (name, otherwise) => {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) throw new Error(otherwise);
  console.log(`Installing ${name} for the tests…`);
  const update = apt('update');
  const failure = apt('install', '-y', '--no-install-recommends', name);
  if (failure !== undefined)
    throw new Error(`${update ?? ''}${failure}\napt-get could not install ${name}. ${otherwise}`);
};

const hasRedisImage = () =>
  succeeds('docker', 'image', 'inspect', REDIS_IMAGE) || succeeds('docker', 'pull', '--quiet', REDIS_IMAGE);

/** Where the engine listens: testcontainers can't ask the person's Docker contexts in a home folder of its own. */
const dockerHost = () =>
  spawnSync('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], {
    encoding: 'utf8',
  }).stdout?.trim();

/**
 * Makes sure that the tests can start a Redis: a `redis-server` on the PATH, or else a Docker engine that has its image. With the
 * second, what needs several servers (Cluster, Sentinel) or a file of users is left out. Returns the variables that they need for it.
 */
export const ensureRedis = () => {
  if (onPath('redis-server')) return {};
  try {
    install(
      'redis-server',
      'The tests need a real Redis: put `redis-server` (7 or later) on the PATH, or start Docker, and run them again.',
    );
    return {};
  } catch (error) {
    if (!hasRedisImage()) throw error;
  }
  console.log(
    'No redis-server on the PATH: Redis runs in containers, and the tests of Cluster, Sentinel and users are left out.',
  );
  return { DOCKER_HOST: process.env.DOCKER_HOST ?? dockerHost() };
};

/** The path of a Chromium, installed where there was none. */
export const ensureChromium = () => {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is not a program that can be run.`);
  }
  const otherwise = 'The tests need a browser: install Chromium or Chrome, or set CHROMIUM_PATH, and run them again.';
  if (!onPath(...CHROMIUM_NAMES)) install('chromium', otherwise);
  const found = onPath(...CHROMIUM_NAMES);
  if (!found) throw new Error(otherwise);
  return found;
};
