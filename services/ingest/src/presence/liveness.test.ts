import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLivenessProbe, parseProcStat } from './liveness.ts';
import { parsePresence } from './parse.ts';

const record = (pid: number, fields: object = {}) => {
  const parsed = parsePresence(JSON.stringify({ pid, sessionId: 's', ...fields }), pid);
  if (!parsed) throw new Error('the builder makes a record');
  return parsed;
};

describe('parseProcStat', () => {
  it('is not misled by the command’s name', () => {
    const rest = `S ${Array.from({ length: 18 }, (_, index) => index).join(' ')} 4242 0 0`;
    expect(parseProcStat(`17 (a) b (c) ${rest}`)).toEqual({ state: 'S', startTime: '4242' });
    expect(parseProcStat('nonsense')).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('liveness by /proc', () => {
  const livenessOf = createLivenessProbe().of;
  const ownStart = parseProcStat(readFileSync('/proc/self/stat', 'latin1'))?.startTime;
  const domain = (namespace: string) => {
    const machineId = readFileSync('/etc/machine-id', 'latin1').trim();
    return `linux:${machineId}:${namespace}`;
  };

  it('knows this process', () => {
    expect(livenessOf(record(process.pid, { procStart: ownStart }))).toBe('alive');
    expect(livenessOf(record(process.pid))).toBe('alive');
  });

  it('knows that a pid was given to another process', () => {
    expect(livenessOf(record(process.pid, { procStart: '1' }))).toBe('dead');
    expect(livenessOf(record(process.pid, { startedAt: Date.now() }))).toBe('alive');
    expect(livenessOf(record(process.pid, { startedAt: Date.now() - process.uptime() * 1000 - 60_000 }))).toBe('dead');
  });

  it('knows that a process is gone, even before its parent asked for it', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    expect(livenessOf(record(pid))).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(livenessOf(record(pid))).toBe('dead');
  });

  it('knows nothing of a process in another pid namespace or on another machine', () => {
    const namespace = readlinkSync('/proc/self/ns/pid');
    expect(livenessOf(record(process.pid, { pidDomain: domain(namespace) }))).toBe('alive');
    expect(livenessOf(record(999_999, { pidDomain: domain('pid:[1]') }))).toBe('unknown');
    expect(livenessOf(record(999_999, { pidDomain: `linux:${'0'.repeat(32)}:${namespace}` }))).toBe('unknown');
    expect(livenessOf(record(999_999, { pidDomain: 'darwin:x' }))).toBe('unknown');
  });
});

describe.skipIf(process.platform === 'win32')('liveness by signal and command', () => {
  const LATE = Date.now() + 600_000;
  const old = { startedAt: 1_700_000_000_000 };
  const probe = (startTimes: (pid: number) => Promise<number | undefined>) => {
    const asked: number[] = [];
    let at = LATE;
    const { of, verify } = createLivenessProbe({
      platform: 'darwin',
      startTimes: (pid) => {
        asked.push(pid);
        return startTimes(pid);
      },
      now: () => at,
    });
    return { of, verify, asked, pass: (ms: number) => (at += ms) };
  };

  it('does not believe a pid that was given to another process', async () => {
    const { of, verify } = probe(async () => old.startedAt + 60_000);
    const left = record(process.pid, old);
    await verify(left);
    expect(of(left)).toBe('dead');
    expect(of(record(process.pid, { startedAt: LATE }))).toBe('alive');
  });

  it('asks once, and again after minutes', async () => {
    const { verify, of, asked, pass } = probe(async () => old.startedAt - 500);
    const lives = record(process.pid, old);
    await verify(lives);
    await verify(lives);
    expect(asked).toEqual([process.pid]);
    expect(of(lives)).toBe('alive');
    pass(10 * 60_000);
    await verify(lives);
    expect(asked).toHaveLength(2);
  });

  it('asks nothing of a file that is as young as its process, nor of a process that is gone', async () => {
    const { verify, of, asked } = probe(async () => undefined);
    await verify(record(process.pid, { startedAt: LATE - 1000 }));
    const gone = record(2 ** 22 + 1, old);
    await verify(gone);
    expect(of(gone)).toBe('dead');
    expect(asked).toEqual([]);
  });

  it('believes a process whose start cannot be learned', async () => {
    const { verify, of } = probe(async () => undefined);
    const lives = record(process.pid, old);
    await verify(lives);
    expect(of(lives)).toBe('alive');
  });
});
