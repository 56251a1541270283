import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { livenessOf, parseProcStat } from './liveness.ts';
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

describe.runIf(process.platform === 'linux')('livenessOf', () => {
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
