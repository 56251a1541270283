import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRedisAccess } from '@crewboard/access/redis';
import { Redis } from 'ioredis';
import { createRandom } from '../../cli/src/demo/random.ts';
import { freePort } from '../support/port.ts';
import { type Disk, openDisk } from './disk.ts';
import { createMachine, type Machine } from './machine.ts';
import { CLOCK, type Part, startPart } from './part.ts';
import { openRelay, type Relay } from './relay.ts';
import { until } from './until.ts';
import { openViewer, type Viewer } from './viewer.ts';

export const OWNER = 'Dev';
const MACHINES = 20;
/** So many of them have an agent in a process of its own; the others' agents share one. */
const OWN_AGENTS = 3;
const START_MS = 60_000;
/** Longer than any fault lasts. */
const REDIS_BACK_WITHIN_MS = 60_000;

const services = join(import.meta.dirname, '../../cli/dist/services');

/** A whole team as processes: Redis, services in pairs, twenty machines, and people who look on. */
export interface Team {
  redis: Redis;
  redisUrl: string;
  parts: readonly Part[];
  part(name: string): Part;
  /** Each machine's agent: one process of `parts`. */
  machinesOf(part: Part): readonly Machine[];
  machines: readonly Machine[];
  /** Wires, by what they lead from. */
  relays: ReadonlyMap<string, Relay>;
  /** Small disks, by the part that writes to them; none where this process may not mount any. */
  disks: ReadonlyMap<string, Disk>;
  gateways: readonly string[];
  viewers: readonly Viewer[];
  /** Where a browser finds the board. */
  pageUrl: string;
  stop(): Promise<void>;
}

/** Node with a clock that can be set. */
const node = (script: string, args: readonly string[] = []): [command: string, args: string[]] => [
  process.execPath,
  ['--import', CLOCK, script, ...args],
];

export interface TeamOptions {
  /** Settings of the status services. */
  status?: Record<string, string>;
  /** A session of this size gives way to a new one. */
  oldBytes?: number;
}

export const startTeam = async (
  folder: string,
  seed: number,
  { status = {}, oldBytes }: TeamOptions = {},
): Promise<Team> => {
  const parts: Part[] = [];
  const relays = new Map<string, Relay>();
  const disks = new Map<string, Disk>();
  const start = (name: string, [command, args]: [string, string[]], env: Record<string, string>): void => {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    parts.push(
      startPart({ name, command, args, env: { LOG_LEVEL: 'warn', NODE_ENV: 'production', ...env }, folder: own }),
    );
  };
  const wire = async (from: string, to: number): Promise<number> => {
    const relay = await openRelay(to);
    relays.set(from, relay);
    return relay.port;
  };
  const disk = (of: string, path: string, sizeMb: number): void => {
    mkdirSync(path, { recursive: true });
    const small = openDisk(path, sizeMb);
    if (small) disks.set(of, small);
  };

  const redisPort = await freePort();
  const redisFolder = join(folder, 'redis-data');
  disk('redis', redisFolder, 1_024);
  const redisArgs = ['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', redisFolder, '--save', ''];
  // As docker-compose.yml has it.
  redisArgs.push('--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction');
  redisArgs.push('--stream-node-max-entries', '1', '--loglevel', 'warning');
  start('redis', ['redis-server', redisArgs], {});
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  // It comes back from every fault, or the run is over.
  const redis = new Redis(redisUrl, {
    retryStrategy: () => 100,
    maxRetriesPerRequest: null,
    commandTimeout: REDIS_BACK_WITHIN_MS,
  });
  redis.on('error', () => undefined);
  await redis.ping();

  const gateways: string[] = [];
  const service = async (name: string, script: string, env: Record<string, string> = {}): Promise<void> => {
    const port = await wire(`${name} to redis`, redisPort);
    const own = { REDIS_URL: `redis://127.0.0.1:${port}`, HEALTH_PORT: '0', ...env };
    start(name, node(join(services, script)), own);
  };
  for (const name of ['gateway-a', 'gateway-b']) {
    const port = await freePort();
    await service(name, 'gateway.js', { PORT: String(port) });
    gateways.push(`http://127.0.0.1:${port}`);
  }
  await service('status-a', 'status.js', status);
  await service('status-b', 'status.js', status);
  await service('enricher', 'enricher.js');

  const gatewayPort = (index: number): number => Number(new URL(gateways[index % gateways.length] ?? '').port);
  const ready = async (): Promise<void> => {
    for (const gateway of gateways) {
      const { status } = await fetch(`${gateway}/readyz`);
      if (status !== 200) throw new Error(`${gateway} is not ready`);
    }
  };
  await until(ready, START_MS);

  const access = await openRedisAccess({ url: redisUrl });
  const machines: Machine[] = [];
  const environments: Record<string, string>[] = [];
  const random = createRandom(seed);
  for (let index = 0; index < MACHINES; index++) {
    const name = `machine-${index + 1}`;
    const home = join(folder, name);
    const data = join(home, '.crewboard');
    const claudeDir = join(home, '.claude');
    mkdirSync(claudeDir, { recursive: true });
    if (index === 0) disk('agent-1', data, 16);
    machines.push(createMachine(name, claudeDir, createRandom(random.int(1, 1e9)), oldBytes));
    const { token } = await access.issue({ machine: name, owner: OWNER, by: 'the test' });
    const own = index < OWN_AGENTS ? `agent-${index + 1}` : 'fleet';
    environments.push({
      HOME: home,
      CLAUDE_CONFIG_DIR: claudeDir,
      CREWBOARD_DATA_DIR: data,
      CREWBOARD_URL: `http://127.0.0.1:${await wire(`${own} to the board ${index + 1}`, gatewayPort(index))}`,
      CREWBOARD_TOKEN: token,
      CREWBOARD_MACHINE: name,
      CREWBOARD_OWNER: OWNER,
      CREWBOARD_PRIVACY: 'full',
      LOG_LEVEL: 'warn',
    });
  }
  await access.close();
  for (const [index, env] of environments.slice(0, OWN_AGENTS).entries()) {
    start(`agent-${index + 1}`, node(join(services, 'ingest.js')), env);
  }
  const fleetFile = join(folder, 'fleet.json');
  writeFileSync(fleetFile, JSON.stringify(environments.slice(OWN_AGENTS)));
  const tsx = import.meta.resolve('tsx');
  const [command, args] = node(join(import.meta.dirname, 'fleet.ts'), [fleetFile]);
  start('fleet', [command, ['--import', tsx, ...args]], {});

  const viewers: Viewer[] = [];
  for (const [index, name] of ['viewer-a', 'viewer-b'].entries()) {
    viewers.push(openViewer(name, await wire(`${name} to the board`, gatewayPort(index))));
  }
  const pageUrl = `http://127.0.0.1:${await wire('viewer-page to the board', gatewayPort(0))}`;

  const part = (name: string): Part => {
    const found = parts.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return {
    redis,
    redisUrl,
    parts,
    part,
    machinesOf: ({ name }) => {
      if (name === 'fleet') return machines.slice(OWN_AGENTS);
      const number = /^agent-(\d+)$/.exec(name)?.[1];
      return number === undefined ? [] : machines.slice(Number(number) - 1, Number(number));
    },
    machines,
    relays,
    disks,
    gateways,
    viewers,
    pageUrl,
    stop: async () => {
      for (const viewer of viewers) viewer.close();
      redis.disconnect();
      const [server, ...others] = parts;
      await Promise.all(others.map((one) => one.stop()));
      await server?.stop();
      for (const relay of relays.values()) relay.close();
      for (const small of disks.values()) small.close();
    },
  };
};
