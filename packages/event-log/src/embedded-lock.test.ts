import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimFolder, LogInUse } from './embedded-lock.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'crewboard-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const writeOwner = (number: number, pid: number, start: string): void =>
  writeFileSync(join(dir, `owner.${number}`), JSON.stringify({ pid, start }));

it('gives the folder to one owner at a time, and leaves nothing behind', () => {
  const { leave } = claimFolder(dir);
  expect(() => claimFolder(dir)).toThrow(LogInUse);
  expect(() => claimFolder(dir)).toThrow(`${dir} is in use by process ${process.pid}`);
  leave();
  claimFolder(dir).leave();
  expect(readdirSync(dir)).toEqual([]);
});

it('takes over from a process that is gone, and from one whose pid another process has now', async () => {
  const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(gone, 'exit');
  writeOwner(7, gone.pid ?? 0, '12345');
  const { wasLeft, leave } = claimFolder(dir);
  expect(wasLeft).toBe(false);
  expect(readdirSync(dir)).toEqual(['owner.8']);
  leave();
  expect(claimFolder(dir).wasLeft).toBe(true);
  // What a power loss left of an owner's file.
  writeFileSync(join(dir, 'owner.9'), '');
  claimFolder(dir).leave();
  writeOwner(10, process.pid, 'another start');
  claimFolder(dir);
  expect(readdirSync(dir)).toEqual(['owner.11']);
});

it('heeds the highest number, beyond ten too', () => {
  writeOwner(9, process.pid, 'another start');
  const { leave } = claimFolder(dir);
  writeOwner(9, process.pid, 'another start');
  expect(() => claimFolder(dir)).toThrow(LogInUse);
  leave();
});
