import { expect, it } from 'vitest';
import { startStandIn } from './stand-in.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('lives until it is killed, and may be killed twice', async () => {
  const standIn = await startStandIn();
  expect(isAlive(standIn.pid)).toBe(true);
  await standIn.kill();
  await standIn.kill();
  expect(isAlive(standIn.pid)).toBe(false);
});

it.runIf(process.platform === 'linux')('tells its start as the system does', async () => {
  const standIn = await startStandIn();
  expect(standIn.procStart).toMatch(/^\d+$/);
  await standIn.kill();
});
