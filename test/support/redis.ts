import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { freePort } from './port.ts';

/** A Redis of the test's own, empty at first. What it acknowledged it has on disk. */
export interface RunningRedis {
  /** The same after a restart. */
  url: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Kills it, where it still runs, and starts it again with its data. Resolves when it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const IMAGE = 'redis:8-bookworm';
const CONTAINER_PORT = 6379;
const START_DEADLINE_MS = 20_000;
/** A container's port is open to the network, and so asks for a password. */
const PASSWORD = randomUUID();
const SETTINGS = [
  '--requirepass',
  PASSWORD,
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--save',
  '',
  '--loglevel',
  'warning',
];

const urlOf = (port: number): string => `redis://:${PASSWORD}@127.0.0.1:${port}`;

/** True when Redis answers and has read its data. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${PASSWORD}\r\nPING\r\n`));
    let replies = '';
    const finish = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.on('data', (data) => {
      replies += data.toString();
      if (replies.split('\r\n').length > 2) finish(replies.includes('+PONG'));
    });
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });

const untilItAnswers = async (port: number): Promise<void> => {
  const until = Date.now() + START_DEADLINE_MS;
  while (!(await answers(port))) {
    if (Date.now() > until) throw new Error(`Redis on port ${port} did not answer in ${START_DEADLINE_MS / 1000} s`);
    await sleep(25);
  }
};

const isOnPath = async (program: string): Promise<boolean> => {
  const tries = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => access(join(folder, program), constants.X_OK));
  return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
};

const startProcess = async (): Promise<RunningRedis> => {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'crewboard-redis-'));
  let server: ChildProcess | undefined;
  const end = (): void => {
    server?.kill('SIGKILL');
  };

  const start = async (): Promise<void> => {
    const address = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    server = spawn('redis-server', [...address, ...SETTINGS], { stdio: 'ignore' });
    await untilItAnswers(port);
  };
  const kill = async (): Promise<void> => {
    if (server && server.exitCode === null && server.signalCode === null) {
      const exit = once(server, 'exit');
      end();
      await exit;
    }
    server = undefined;
  };

  process.once('exit', end);
  await start();
  return {
    url: urlOf(port),
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    stop: async () => {
      await kill();
      process.off('exit', end);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const startContainer = async (): Promise<RunningRedis> => {
  const port = await freePort();
  const started = await new GenericContainer(IMAGE)
    .withCommand(['redis-server', ...SETTINGS])
    .withExposedPorts({ container: CONTAINER_PORT, host: port })
    .start();
  const { container: engine } = await getContainerRuntimeClient();
  const container = engine.getById(started.getId());
  const kill = async (): Promise<void> => {
    if ((await container.inspect()).State.Running) {
      await container.kill();
      await container.wait();
    }
  };
  try {
    await untilItAnswers(port);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return {
    url: urlOf(port),
    kill,
    restart: async () => {
      await kill();
      await container.start();
      await untilItAnswers(port);
    },
    stop: async () => {
      await started.stop();
    },
  };
};

const hasEngine = async (): Promise<boolean> => {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
};

/**
 * Starts a Redis: in a container where a Docker engine answers, else a `redis-server` from the PATH.
 * `CREWBOARD_TEST_REDIS=process` asks for the second in any case.
 */
export const startRedis = async (): Promise<RunningRedis> => {
  const canRun = await isOnPath('redis-server');
  if (process.env.CREWBOARD_TEST_REDIS !== 'process' && (await hasEngine())) {
    try {
      return await startContainer();
    } catch (error) {
      if (!canRun) throw error;
      console.warn(`No Redis in a container, taking redis-server from the PATH: ${error}`);
    }
  }
  if (!canRun) {
    throw new Error('These tests need a real Redis: start Docker, or run `apt-get install redis-server`.');
  }
  return startProcess();
};
