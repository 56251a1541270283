import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_VERSION, MACHINE_LOST_MS, type SessionEvent } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { SessionState } from './state.ts';

/** What is known of a machine: its name now, when it was last heard (the board's clock, ms since 1970), and whether that is too long ago. */
export interface HeardMachine {
  machine: string;
  heardAt: number;
  isSilent: boolean;
}

/** By each name that a machine has or had. A name that another machine has by now is that one's. */
export type HeardMachines = ReadonlyMap<string, HeardMachine>;

export interface MachineWatch {
  /** A new map at each look. */
  readonly heard: HeardMachines;
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

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
    const reporting = (await log.machines()).map(({ report: { machine }, formerNames = [], receivedAt: heardAt }) => ({
      formerNames,
      known: { machine, heardAt, isSilent: at - Math.max(heardAt, startedAt) >= MACHINE_LOST_MS },
    }));
    // One that was taken off the board (revoked) is heard no more. One that was renamed is, in place of its former names.
    const gone = [...heard].map(([name, known]) => [name, { ...known, isSilent: true }] as const);
    const before = reporting.flatMap(({ formerNames, known }) => formerNames.map((name) => [name, known] as const));
    heard = new Map([...gone, ...before, ...reporting.map(({ known }) => [known.machine, known] as const)]);
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
  const known = heard.get(state.machine);
  if (!known) return undefined;
  const { machine, heardAt, isSilent } = known;
  const { machineLost } = state;
  const metadata = {
    schemaVersion: EVENT_VERSION,
    sessionId: state.sessionId,
    machine,
    source: 'machine',
    stream: 'machine',
    position: Math.max(now, (state.positions.get('machine') ?? -1) + 1),
    occurredAt: now,
  } as const;
  if (isSilent) return machineLost ? undefined : { type: 'MachineLost', ...metadata, data: { silentSince: heardAt } };
  const isNews = machineLost ? heardAt > machineLost.silentSince : machine !== state.machine;
  return isNews ? { type: 'MachineReturned', ...metadata, data: {} } : undefined;
};
