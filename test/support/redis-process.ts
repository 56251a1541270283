import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './port.ts';

/** Of every Redis of this test. */
export const PASSWORD: string = randomUUID();

/** As the log wants Redis to be set: what it acknowledged it has on disk, and what is erased is gone. */
export const SETTINGS = [
  ...['--requirepass', PASSWORD],
  ...['--stream-node-max-entries', '1'],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  ...['--loglevel', 'warning'],
];

/** For several servers on one disk: what they acknowledged outlives their processes, which is all that a test ends. */
export const SHARED_DISK = ['--appendfsync', 'no'];

const START_DEADLINE_MS = 20_000;

/** Whether a server on loopback answers who signs in like this, and has read its data. */
const answers = (port: number, signIn: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${signIn}\r\nPING\r\n`));
    let replies = '';
    const finish = (): void => {
      socket.destroy();
      resolve(replies.includes('+PONG'));
    };
    socket.setTimeout(1000, finish);
    socket.on('data', (data) => {
      replies += data.toString();
      if (replies.split('\r\n').length > 2) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });

/** Resolves when Redis answers and has read its data. */
export const untilItAnswers = async (port: number, signIn = PASSWORD): Promise<void> => {
  const until = Date.now() + START_DEADLINE_MS;
  while (!(await answers(port, signIn))) {
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

export const hasRedisServer = (): Promise<boolean> => isOnPath('redis-server');

/** A `redis-server` of the PATH in a process and a folder of its own. */
export interface RedisProcess {
  readonly port: number;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Kills it, where it still runs, and starts it again with its data. Resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

interface ProcessOptions {
  /** The arguments, which say everything but port, address and folder. */
  args?: readonly string[];
  /** What it is asked with whether it is there: a password, or a user and a password. */
  signIn?: string;
  /** Writes what else it needs into its folder, and returns the arguments that name it: they come first. */
  prepare?: (folder: string, port: number) => Promise<readonly string[]>;
}

export const startRedisProcess = async (options: ProcessOptions = {}): Promise<RedisProcess> => {
  const { args = SETTINGS, signIn = PASSWORD, prepare = async () => [] } = options;
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'crewboard-redis-'));
  const first = await prepare(folder, port);
  let server: ChildProcess | undefined;
  const end = (): void => {
    server?.kill('SIGKILL');
  };

  const kill = async (): Promise<void> => {
    if (server && server.exitCode === null && server.signalCode === null) {
      const exit = once(server, 'exit');
      end();
      await exit;
    }
    server = undefined;
  };
  const restart = async (): Promise<void> => {
    await kill();
    const address = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    server = spawn('redis-server', [...first, ...address, ...args], { stdio: 'ignore' });
    await untilItAnswers(port, signIn);
  };
  const stop = async (): Promise<void> => {
    await kill();
    process.off('exit', end);
    await rm(folder, { recursive: true, force: true });
  };

  process.once('exit', end);
  try {
    await restart();
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, kill, restart, stop };
};
