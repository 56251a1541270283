import { execFile } from 'node:child_process';
import type { PresenceRecord } from './parse.ts';

/** When the process of a pid started, in ms since 1970; `undefined` where that cannot be learned. Never rejects. */
export type StartTimes = (pid: number) => Promise<number | undefined>;

const COMMAND_TIMEOUT_MS = 10_000;

/** Asks the system's own command. Pids that are asked for while it runs share the next run. */
export const createStartTimes = (platform: NodeJS.Platform): StartTimes => {
  let running: Promise<unknown> = Promise.resolve();
  let next: { pids: Set<number>; answers: Promise<Map<number, number>> } | undefined;

  return async (pid) => {
    if (!next) {
      const pids = new Set<number>();
      const answers = running.then(() => {
        next = undefined;
        return ask(platform, [...pids]);
      });
      running = answers;
      next = { pids, answers };
    }
    next.pids.add(pid);
    return (await next.answers).get(pid);
  };
};

const ask = (platform: NodeJS.Platform, pids: readonly number[]): Promise<Map<number, number>> => {
  const [command, ...args] = platform === 'win32' ? powerShell(pids) : ps(pids);
  return new Promise((resolve) => {
    // A command that fails may have told of some pids all the same.
    execFile(command, args, { timeout: COMMAND_TIMEOUT_MS, windowsHide: true }, (_error, stdout) =>
      resolve(platform === 'win32' ? parseFileTimes(stdout) : parseLstart(stdout)),
    );
  });
};

const ps = (pids: readonly number[]): [string, ...string[]] => [
  'env',
  'LC_ALL=C',
  'TZ=UTC',
  'ps',
  '-o',
  'pid=,lstart=',
  '-p',
  pids.join(),
];

const powerShell = (pids: readonly number[]): [string, ...string[]] => [
  'powershell.exe',
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  `Get-Process -Id ${pids.join()} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $($_.StartTime.ToFileTimeUtc())" }`,
];

/** Lines of `ps -o pid=,lstart=` in UTC: `4711 Mon Nov 23 15:05:11 2026`. */
export const parseLstart = (output: string): Map<number, number> => parseLines(output, lstartToMs);

/** Lines of a pid and a Windows file time. */
export const parseFileTimes = (output: string): Map<number, number> => parseLines(output, fileTimeToMs);

const parseLines = (output: string, toMs: (text: string) => number | undefined): Map<number, number> => {
  const times = new Map<number, number>();
  for (const line of output.split('\n')) {
    const [, pid, text] = /^\s*(\d+)\s+(.*\S)\s*$/.exec(line) ?? [];
    const at = text === undefined ? undefined : toMs(text);
    if (at !== undefined) times.set(Number(pid), at);
  }
  return times;
};

const lstartToMs = (text: string): number | undefined => {
  const at = Date.parse(`${text.replace(/\s+/g, ' ')} UTC`);
  return Number.isNaN(at) ? undefined : at;
};

/** Tenths of microseconds since 1601. Some versions of the client count from year 1: those say nothing here. */
const fileTimeToMs = (text: string): number | undefined =>
  /^[12]\d{17}$/.test(text) ? Number(BigInt(text) / 10_000n) - 11_644_473_600_000 : undefined;

/** `ps` tells whole seconds. */
const EXACT_MS = 2_000;
/** Clocks are set. */
const CLOCK_MS = 10_000;

/**
 * Whether the process that has a record's pid now, and started at `started`, is another one than the record's. Where the record does not
 * say when its process started: a process that is younger than the record cannot have written it.
 */
export const isAnotherProcess = (
  { procStart, procStartFt, startedAt }: Pick<PresenceRecord, 'procStart' | 'procStartFt' | 'startedAt'>,
  started: number,
): boolean => {
  const said = (procStartFt && fileTimeToMs(procStartFt)) ?? (procStart && lstartToMs(procStart));
  if (said) return Math.abs(said - started) > EXACT_MS;
  return startedAt !== null && started > startedAt + CLOCK_MS;
};
