import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { AlreadyRuns, type RunningAgent, runningAgent, takeFolder } from './running.ts';

const dataFolder = () => {
  const dataDir = temporaryFolder('running');
  const path = join(dataDir, 'agent', 'running.json');
  mkdirSync(join(dataDir, 'agent'));
  const leave = (left: Partial<RunningAgent>, ageMs = 0): void => {
    const at = (Date.now() - ageMs) / 1000;
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), tells: 'a board', ...left }));
    utimesSync(path, at, at);
  };
  return { dataDir, path, leave };
};

it('a data folder is one agent’s, until that lets it go', async () => {
  const { dataDir, path } = dataFolder();
  const first = await takeFolder(dataDir, 'https://board.example.com');
  await expect(takeFolder(dataDir, 'solo')).rejects.toThrow(AlreadyRuns);
  await expect(takeFolder(dataDir, 'solo')).rejects.toThrow('for https://board.example.com');
  expect(await runningAgent(dataDir)).toMatchObject({ pid: process.pid });
  await first.release();
  expect(existsSync(path)).toBe(false);
  await (await takeFolder(dataDir, 'solo')).release();
});

it('an agent that was killed holds nothing, though its pid may be another’s now', async () => {
  const { dataDir, leave } = dataFolder();
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const { pid = 0 } = other;
  leave({ pid });
  expect(await runningAgent(dataDir)).toMatchObject({ pid });
  leave({ pid }, 60_000);
  expect(await runningAgent(dataDir)).toBeUndefined();
  leave({ pid });
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(await runningAgent(dataDir)).toBeUndefined();
  leave({});
  expect(await runningAgent(dataDir)).toBeUndefined();
  await (await takeFolder(dataDir, 'solo')).release();
});

it('an agent of another machine that shares the folder counts while it reports', async () => {
  const { dataDir, leave } = dataFolder();
  leave({ host: 'other-machine', pid: 1 });
  await expect(takeFolder(dataDir, 'solo')).rejects.toThrow('process 1 on other-machine');
  leave({ host: 'other-machine', pid: 1 }, 60_000);
  await (await takeFolder(dataDir, 'solo')).release();
});

it('what cannot be read holds nothing', async () => {
  const { dataDir, path } = dataFolder();
  writeFileSync(path, '');
  expect(await runningAgent(dataDir)).toBeUndefined();
  await (await takeFolder(dataDir, 'solo')).release();
});
