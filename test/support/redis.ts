import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { freePort } from './port.ts';
import { hasRedisServer, PASSWORD, SETTINGS, startRedisProcess, untilItAnswers } from './redis-process.ts';

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
const urlOf = (port: number): string => `redis://:${PASSWORD}@127.0.0.1:${port}`;

const startProcess = async (): Promise<RunningRedis> => {
  const { port, ...server } = await startRedisProcess();
  return { url: urlOf(port), ...server };
};

/** A container's port is open to the network: it too asks for the password. */
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
  const canRun = await hasRedisServer();
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
