import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SHOWN_CHARS = 4_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** One Compose project of this repository on the machine's Docker engine. */
export interface ComposeProject {
  /** Runs a Compose command and gives its standard output. Rejects with what it printed where it fails. */
  compose(...args: string[]): Promise<string>;
  /** The same for the engine's own command. */
  docker(...args: string[]): Promise<string>;
  /** Runs a script of the repository that calls Compose itself. */
  script(file: string, ...args: string[]): Promise<string>;
}

const answers = async (command: string, ...args: string[]): Promise<boolean> => {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
};

/** Rejects where no engine answers, or none of `docker compose` and `docker-compose` is there. */
export const openComposeProject = async (options: {
  name: string;
  folder: string;
  env: Record<string, string>;
}): Promise<ComposeProject> => {
  if (!(await answers('docker', 'version'))) {
    throw new Error('No Docker engine answers. Start Docker, then run `npm run test:compose` again.');
  }
  const [command, ...prefix] = (await answers('docker', 'compose', 'version'))
    ? (['docker', 'compose'] as const)
    : (['docker-compose'] as const);
  if (command === 'docker-compose' && !(await answers('docker-compose', 'version'))) {
    throw new Error('Docker is there, but neither `docker compose` nor `docker-compose`. Install one of them.');
  }
  const settings = {
    cwd: options.folder,
    env: {
      ...process.env,
      ...options.env,
      COMPOSE_PROJECT_NAME: options.name,
      COMPOSE: [command, ...prefix].join(' '),
    },
    maxBuffer: MAX_OUTPUT_BYTES,
  };
  const outputOf = async (program: string, args: readonly string[]): Promise<string> => {
    try {
      return (await run(program, args, settings)).stdout;
    } catch (error) {
      // A failed build says why on its standard output, a container on the other one.
      const printed =
        error instanceof Error && 'stdout' in error && 'stderr' in error ? `${error.stdout}${error.stderr}` : '';
      throw new Error(`${[program, ...args].join(' ')} failed\n${printed.slice(-SHOWN_CHARS)}`, { cause: error });
    }
  };
  return {
    compose: (...args) => outputOf(command, [...prefix, ...args]),
    docker: (...args) => outputOf('docker', args),
    script: (file, ...args) => outputOf(join(options.folder, file), args),
  };
};
