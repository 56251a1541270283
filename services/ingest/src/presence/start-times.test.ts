import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createStartTimes, isAnotherProcess, parseFileTimes, parseLstart } from './start-times.ts';

const START = Date.parse('2026-11-23T15:05:11.000Z');
/** The same as a Windows file time. */
const FILE_TIME = String((BigInt(START) + 11_644_473_600_000n) * 10_000n);

describe('start times', () => {
  it('are read from what `ps` prints', () => {
    const output = '  4711 Mon Nov 23 15:05:11 2026    \n     9 Sun Nov  1 00:00:00 2026\nps: no such process\n';
    expect([...parseLstart(output)]).toEqual([
      [4711, START],
      [9, Date.parse('2026-11-01T00:00:00.000Z')],
    ]);
  });

  it('are read from file times', () => {
    expect([...parseFileTimes(`4711 ${FILE_TIME}\r\n12 \r\nnonsense`)]).toEqual([[4711, START]]);
  });

  it.skipIf(process.platform === 'win32')('are those that the system tells', async () => {
    const startTimes = createStartTimes(process.platform);
    const child = spawn('sleep', ['60']);
    try {
      const [own, started, gone] = await Promise.all([process.pid, child.pid ?? 0, 2 ** 22 + 1].map(startTimes));
      expect(Math.abs((own ?? 0) - (Date.now() - process.uptime() * 1000))).toBeLessThan(3_000);
      expect(Math.abs((started ?? 0) - Date.now())).toBeLessThan(5_000);
      expect(gone).toBeUndefined();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('another process', () => {
  const said = (fields: object) => ({ procStart: null, procStartFt: null, startedAt: null, ...fields });

  it.each([
    ['the very same start', { procStart: 'Mon Nov 23 15:05:11 2026' }, START, false],
    ['another start', { procStart: 'Mon Nov 23 15:05:11 2026' }, START + 5_000, true],
    ['an earlier start', { procStart: 'Mon Nov 23 15:05:11 2026' }, START - 86_400_000, true],
    ['the same file time', { procStartFt: FILE_TIME }, START, false],
    ['another file time', { procStartFt: FILE_TIME }, START + 5_000, true],
    ['a file time of another kind', { procStartFt: '638993055110000000' }, START, false],
    ['a start long before the file: a dialog came first', { startedAt: START + 3_600_000 }, START, false],
    ['a start after the file', { startedAt: START - 60_000 }, START, true],
    ['nothing said', {}, START, false],
  ])('is told by the start: %s', (_name, fields, started, isAnother) => {
    expect(isAnotherProcess(said(fields), started)).toBe(isAnother);
  });
});
