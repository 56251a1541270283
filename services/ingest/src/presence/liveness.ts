import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import type { PresenceRecord } from './parse.ts';
import { createStartTimes, isAnotherProcess, type StartTimes } from './start-times.ts';

/** `unknown`: the process is in another pid namespace or on another machine, and only its file can tell. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** Looks whether the process that wrote a presence file still lives: the same process, not one that got its pid later. */
export interface LivenessProbe {
  /** Cheap enough for every second. Where the system tells start times only to a command, as of the last `verify`. */
  of(record: PresenceRecord): Liveness;
  /** Asks for the process's start time, unless that was done lately or the file is as young as the process. Never rejects. */
  verify(record: PresenceRecord): Promise<void>;
}

export interface LivenessProbeOptions {
  platform?: NodeJS.Platform;
  startTimes?: StartTimes;
  /** Ms since 1970. */
  now?: () => number;
}

/** A pid is not given to another process so soon after its file was written. */
const YOUNG_MS = 60_000;
/** A process that was seen every second is the same one; this is for an agent that was stopped for a while. */
const VERIFY_EVERY_MS = 5 * 60_000;

export const createLivenessProbe = (options: LivenessProbeOptions = {}): LivenessProbe => {
  const { platform = process.platform, now = Date.now } = options;
  if (platform === 'linux') return { of: livenessInProc, verify: async () => undefined };
  const startTimes = options.startTimes ?? createStartTimes(platform);
  /** By pid: whether it is the process of the file that started at `startedAt`, and when that was asked. */
  const verdicts = new Map<number, { startedAt: number | null; isAnother: boolean; askedAt: number }>();

  const verdictOn = ({ pid, startedAt }: PresenceRecord) => {
    const verdict = verdicts.get(pid);
    return verdict?.startedAt === startedAt ? verdict : undefined;
  };

  return {
    of(record) {
      if (isForeign(record, platform)) return 'unknown';
      if (!hasProcess(record.pid)) {
        verdicts.delete(record.pid);
        return 'dead';
      }
      return verdictOn(record)?.isAnother ? 'dead' : 'alive';
    },
    async verify(record) {
      const { pid, startedAt } = record;
      const at = now();
      const verdict = verdictOn(record);
      const age = at - (startedAt ?? 0);
      if (verdict ? at - verdict.askedAt < VERIFY_EVERY_MS : age >= 0 && age < YOUNG_MS) return;
      if (isForeign(record, platform) || !hasProcess(pid)) return;
      const started = await startTimes(pid);
      const isAnother = started !== undefined && isAnotherProcess(record, started);
      verdicts.set(pid, { startedAt, isAnother, askedAt: at });
    },
  };
};

/** On Linux the file system tells it all. */
const livenessInProc = (record: PresenceRecord): Liveness => {
  if (isForeign(record, 'linux')) return 'unknown';
  const stat = readProcStat(record.pid);
  if (stat === undefined) return 'dead';
  const found = parseProcStat(stat);
  if (!found) return 'unknown';
  // A zombie runs no more: its parent just has not asked for it yet.
  if (found.state === 'Z' || found.state === 'X') return 'dead';
  const { procStart } = record;
  if (procStart !== null && /^\d+$/.test(procStart)) return procStart === found.startTime ? 'alive' : 'dead';
  const started = startedAtInProc(found.startTime);
  return started !== undefined && isAnotherProcess(record, started) ? 'dead' : 'alive';
};

/** Its one line is far shorter. */
const statBuffer = Buffer.alloc(4096);

/** `undefined` where there is no such process. Asked several times a second for each session: `readFileSync` costs twice as much. */
const readProcStat = (pid: number): string | undefined => {
  try {
    const file = openSync(`/proc/${pid}/stat`, 'r');
    try {
      return statBuffer.toString('latin1', 0, readSync(file, statBuffer, 0, statBuffer.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
};

/** Fields 3 and 22 of /proc/PID/stat. Field 2 is the command's name and may hold spaces and brackets. */
export const parseProcStat = (stat: string): { state: string; startTime: string } | undefined => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state && startTime ? { state, startTime } : undefined;
};

/** Ticks since boot as ms since 1970. A tick is 10 ms on every Linux that the client runs on. */
const startedAtInProc = (ticks: string): number | undefined => {
  const booted = /^btime (\d+)$/m.exec(attempt(() => readFileSync('/proc/stat', 'latin1')) ?? '')?.[1];
  return booted === undefined ? undefined : Number(booted) * 1000 + Number(ticks) * 10;
};

/** Some process has this pid here. */
export const hasProcess = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** `linux:<machine id>:pid:[<namespace>]` */
const DOMAIN = /^linux:([^:]*):(pid:\[\d+\])$/;

const isForeign = ({ pidDomain }: PresenceRecord, platform: NodeJS.Platform): boolean => {
  if (!pidDomain) return false;
  if ((platform === 'linux') !== pidDomain.startsWith('linux:')) return true;
  const [, machineId, namespace] = DOMAIN.exec(pidDomain) ?? [];
  const own = ownDomain();
  if (namespace && own.namespace && namespace !== own.namespace) return true;
  return Boolean(machineId && own.machineId && machineId !== own.machineId);
};

let known: { namespace: string | undefined; machineId: string | undefined } | undefined;

const ownDomain = (): NonNullable<typeof known> => {
  known ??= {
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    machineId: attempt(() => readFileSync('/etc/machine-id', 'latin1').trim()) || undefined,
  };
  return known;
};

const attempt = (read: () => string): string | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
