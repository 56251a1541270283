import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_VERSION, MACHINE_LOST_MS, type SessionEvent } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { SessionState } from './state.ts';

/** When each machine was last heard (the board's clock, ms since 1970), and whether it has been silent for too long since. */
export type HeardMachines = ReadonlyMap<string, { heardAt: number; isSilent: boolean }>;

export interface MachineWatch {
  /** A new map at each look. */
  readonly heard: HeardMachines;
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;

/** Looks who reports. A machine that never did is not judged, nor is any for a silence that this process did not live through. */
export const createMachineWatch = (
  log: Pick<EventLog, 'machines'>,
  logger: Logger,
  now: () => number,
  lookEveryMs = LOOK_EVERY_MS,
): MachineWatch => {
  const startedAt = now();
  let heard: HeardMachines = new Map();

  const look = async (): Promise<void> => {
    const at = now();
    const machines = await log.machines();
    // One that was taken off the board (revoked, renamed) is heard no more under that name.
    const gone = [...heard].map(([name, { heardAt }]) => [name, { heardAt, isSilent: true }] as const);
    const reporting = machines.map(({ report, receivedAt: heardAt }) => {
      const isSilent = at - Math.max(heardAt, startedAt) >= MACHINE_LOST_MS;
      return [report.machine, { heardAt, isSilent }] as const;
    });
    heard = new Map([...gone, ...reporting]);
  };

  return {
    get heard() {
      return heard;
    },
    async run(signal) {
      while (!signal.aborted) {
        await look().catch((error: unknown) => logger.debug({ err: error }, 'the machines could not be read'));
        await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
};

/** What is to be told of a session whose machine fell silent or is heard again; `undefined` where nothing is new. `now` is the board's clock. */
export const machineNews = (state: SessionState, heard: HeardMachines, now: number): SessionEvent | undefined => {
  const machine = heard.get(state.machine);
  if (!machine) return undefined;
  const { heardAt, isSilent } = machine;
  const { machineLost } = state;
  const metadata = {
    schemaVersion: EVENT_VERSION,
    sessionId: state.sessionId,
    machine: state.machine,
    source: 'machine',
    stream: 'machine',
    position: Math.max(now, (state.positions.machine ?? -1) + 1),
    occurredAt: now,
  } as const;
  if (isSilent && !machineLost) return { type: 'MachineLost', ...metadata, data: { silentSince: heardAt } };
  return !isSilent && machineLost && heardAt > machineLost.silentSince
    ? { type: 'MachineReturned', ...metadata, data: {} }
    : undefined;
};
