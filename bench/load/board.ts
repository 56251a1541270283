import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openEmbeddedAccess } from '@crewboard/access/embedded';
import { startSolo } from '../board.ts';
import { type Running, tempDir } from '../process.ts';
import { joinMachines, startTeamBoard, untilReady } from '../team/board.ts';
import type { SimulatedMachine } from '../team/machine.ts';

export type Backend = 'embedded' | 'redis';

/** A board of real processes on one of the backends, with machines that have joined. */
export interface LoadBoard {
  backend: Backend;
  url: string;
  machines: SimulatedMachine[];
  /** By what they do, for how much of a core each takes. */
  processes: Readonly<Record<string, Running>>;
  stop(): Promise<void>;
}

/** So many pages may be open: a board says no beyond its limit. */
const FEEDS = { CREWBOARD_MAX_FEEDS: '20000' };

/** `embedded` is `crewboard up`, fold and gateway in one process; `redis` are Redis, status and gateway. */
export const startLoadBoard = async (backend: Backend, machineCount: number): Promise<LoadBoard> => {
  if (backend === 'redis') {
    const { url, machines, redis, status, gateway, stop } = await startTeamBoard(machineCount, FEEDS);
    return { backend, url, machines, processes: { gateway, status, redis: redis.server }, stop };
  }
  const dataDir = tempDir();
  const board = await startSolo(tempDir(), dataDir, FEEDS);
  await untilReady(board.url, [board.process]);
  const access = await openEmbeddedAccess({ dir: join(dataDir, 'records') });
  const machines = await joinMachines(access, board.url, machineCount);
  return { backend, url: board.url, machines, processes: { board: board.process }, stop: board.process.stop };
};

/** The backends that this machine can run. */
export const backends = (): Backend[] => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return ['redis', 'embedded'];
  } catch {
    return ['embedded'];
  }
};
