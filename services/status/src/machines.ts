import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_VERSION, MACHINE_LOST_MS, type SessionEvent } from '@crewboard/contract';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { SessionState } from './state.ts';

/** What is known of a machine. */
export interface HeardMachine {
  /** Its name now. */
  machine: string;
  /** When it was last heard, by the gateways' clock, ms since 1970. */
  heardAt: number;
  /** Whether that is too long ago. */
  isSilent: boolean;
  /** What time it is by the gateways' clock, where this process saw the report come; null where it found it there. */
  asOf: number | null;
}

/** By each name that a machine has or had. A name that another machine has by now is that one's. */
export type HeardMachines = ReadonlyMap<string, HeardMachine>;

export interface MachineWatch {
  /** A new map at each look. */
  readonly heard: HeardMachines;
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;
/** No look counts for a longer silence: in between this process or the log was away, and could have heard nobody. */
const LOOK_COVERS_MS = 3_000;

/**
 * Looks who reports. A silence is measured by the looks that found nothing new, on a clock that nobody sets. A machine that never reported is not
 * judged, nor is any for a silence that this process did not live through.
 */
export const createMachineWatch = (
  log: Pick<EventLog, 'machines'>,
  logger: Logger,
  { lookEveryMs = LOOK_EVERY_MS, elapsed = () => performance.now() }: MachineWatchOptions = {},
): MachineWatch => {
  let heard: HeardMachines = new Map();
  /** By machine: its last report, for how long no other has come, and whether it came while this process looked on. */
  let silences = new Map<string, { heardAt: number; ms: number; sawItCome: boolean }>();
  let lookedAt: number | undefined;

  const silenceOf = (machine: string, heardAt: number, passedMs: number) => {
    const known = silences.get(machine);
    if (known?.heardAt === heardAt) return { ...known, ms: known.ms + passedMs };
    return { heardAt, ms: 0, sawItCome: lookedAt !== undefined };
  };

  const look = async (): Promise<void> => {
    const at = elapsed();
    const reports = await log.machines();
    const passedMs = Math.min(at - (lookedAt ?? at), LOOK_COVERS_MS);
    silences = new Map(
      reports.map(({ report: { machine }, receivedAt }) => [machine, silenceOf(machine, receivedAt, passedMs)]),
    );
    lookedAt = at;
    const reporting = reports.map(({ report: { machine }, formerNames = [], receivedAt: heardAt }) => {
      const { ms = 0, sawItCome = false } = silences.get(machine) ?? {};
      const isSilent = ms >= MACHINE_LOST_MS;
      return { formerNames, known: { machine, heardAt, isSilent, asOf: sawItCome ? heardAt + ms : null } };
    });
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

interface MachineWatchOptions {
  lookEveryMs?: number | undefined;
  /** Ms, on a clock that nobody sets. */
  elapsed?: () => number;
}

/** So far this process's clock may be ahead of the gateways' before theirs is believed. */
const AHEAD_MS = 5_000;

/** What is to be told of a session whose machine fell silent or is heard again; `undefined` where nothing is new. */
export const machineNews = (state: SessionState, heard: HeardMachines, now: number): SessionEvent | undefined => {
  const known = heard.get(state.machine);
  if (!known) return undefined;
  const { machine, heardAt, isSilent, asOf } = known;
  const at = asOf !== null && now - asOf > AHEAD_MS ? asOf : now;
  const { machineLost } = state;
  const metadata = {
    schemaVersion: EVENT_VERSION,
    sessionId: state.sessionId,
    machine,
    source: 'machine',
    stream: 'machine',
    position: Math.max(at, (state.positions.get('machine') ?? -1) + 1),
    occurredAt: at,
  } as const;
  if (isSilent) return machineLost ? undefined : { type: 'MachineLost', ...metadata, data: { silentSince: heardAt } };
  // Another report, be it of a gateway whose clock is behind.
  const isNews = machineLost ? heardAt !== machineLost.silentSince : machine !== state.machine;
  return isNews ? { type: 'MachineReturned', ...metadata, data: {} } : undefined;
};
