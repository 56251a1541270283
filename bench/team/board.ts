import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '@crewboard/access';
import { openRedisAccess } from '@crewboard/access/redis';
import { freePort } from '../../test/support/port.ts';
import { type Running, service, start } from '../process.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import { type SimulatedMachine, simulateMachine } from './machine.ts';

const READY_MS = 20_000;

/** A team's board of real processes: Redis, one status, one gateway. */
export interface TeamBoard {
  url: string;
  redis: RedisServer;
  gateway: Running;
  status: Running;
  machines: SimulatedMachine[];
  stop(): Promise<void>;
}

/** With so many machines joined. */
export const startTeamBoard = async (machineCount: number, more: Record<string, string> = {}): Promise<TeamBoard> => {
  const redis = await startRedisServer();
  const port = await freePort();
  const env = { REDIS_URL: redis.url, LOG_LEVEL: 'warn', HEALTH_PORT: '0' };
  const status = start(process.execPath, [service('status')], env);
  const gateway = start(process.execPath, [service('gateway')], { ...env, PORT: String(port), ...more });
  const url = `http://127.0.0.1:${port}`;
  const processes = [gateway, status, redis.server];
  await untilReady(url, processes);

  const machines = await joinMachines(await openRedisAccess({ url: redis.url }), url, machineCount);
  const stop = async () => {
    for (const running of processes) await running.stop();
  };
  return { url, redis, gateway, status, machines, stop };
};

/** Machines of a board at `url`, each with a token of its own. Closes what says who may do what. */
export const joinMachines = async (access: Access, url: string, count: number): Promise<SimulatedMachine[]> => {
  const machines: SimulatedMachine[] = [];
  for (let number = 1; number <= count; number++) {
    const wanted = { machine: `m${number}`, owner: `Dev ${number}`, by: 'the benchmark' };
    const { machine, token } = await access.issue(wanted);
    machines.push(simulateMachine(url, machine, token));
  }
  await access.close();
  return machines;
};

export const untilReady = async (url: string, processes: readonly Running[]): Promise<void> => {
  const giveUpAt = performance.now() + READY_MS;
  while (!(await fetch(`${url}/readyz`).catch(() => undefined))?.ok) {
    for (const running of processes) running.assertAlive();
    if (performance.now() > giveUpAt) throw new Error(`the gateway is not ready after ${READY_MS / 1_000} s`);
    await sleep(50);
  }
};
