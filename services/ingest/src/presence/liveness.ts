import { readFileSync, readlinkSync } from 'node:fs';
import type { PresenceRecord } from './parse.ts';

/** `unknown`: the process is in another pid namespace or on another machine, and only its file can tell. */
export type Liveness = 'alive' | 'dead' | 'unknown';

const isLinux = process.platform === 'linux';

/** Looks whether the process that wrote a presence file still lives: the same process, not one that got its pid later. */
export const livenessOf = ({ pid, procStart, pidDomain }: PresenceRecord): Liveness => {
  if (pidDomain && isForeign(pidDomain)) return 'unknown';
  return isLinux ? livenessInProc(pid, procStart) : livenessBySignal(pid);
};

const livenessInProc = (pid: number, procStart: string | null): Liveness => {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return 'dead';
  }
  const found = parseProcStat(stat);
  if (!found) return 'unknown';
  // A zombie runs no more: its parent just has not asked for it yet.
  if (found.state === 'Z' || found.state === 'X') return 'dead';
  return procStart !== null && /^\d+$/.test(procStart) && procStart !== found.startTime ? 'dead' : 'alive';
};

/** Fields 3 and 22 of /proc/PID/stat. Field 2 is the command's name and may hold spaces and brackets. */
export const parseProcStat = (stat: string): { state: string; startTime: string } | undefined => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state && startTime ? { state, startTime } : undefined;
};

const livenessBySignal = (pid: number): Liveness => {
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'dead' : 'alive';
  }
};

/** `linux:<machine id>:pid:[<namespace>]` */
const DOMAIN = /^linux:([^:]*):(pid:\[\d+\])$/;

const isForeign = (domain: string): boolean => {
  if (isLinux !== domain.startsWith('linux:')) return true;
  const [, machineId, namespace] = DOMAIN.exec(domain) ?? [];
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
