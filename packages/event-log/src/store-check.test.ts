import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { START_OFFSET } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openEmbeddedLog } from './embedded.ts';
import { isSound, lookAtLog } from './store-check.ts';

const filled = async (): Promise<string> => {
  const dir = join(temporaryFolder('store'), 'log');
  const log = await openEmbeddedLog({ dir });
  for (let n = 0; n < 20; n++) await log.append([anEvent('PromptSubmitted', { data: { text: 'x'.repeat(3_000) } })]);
  await log.close();
  return dir;
};

/** As a process leaves the folder that is ended with the log open. */
const leaveBehind = async (dir: string): Promise<void> => {
  const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(gone, 'exit');
  writeFileSync(join(dir, 'owner.1'), JSON.stringify({ pid: gone.pid, start: 'long ago' }));
};

test('a log that a process was ended with is opened where it is sound', async () => {
  const dir = await filled();
  await leaveBehind(dir);
  const log = await openEmbeddedLog({ dir });
  expect(await lookAtLog(dir)).toBe('in use');
  expect(await log.read(0, { after: START_OFFSET, count: 100 })).toHaveLength(20);
  await log.close();
  expect(await lookAtLog(dir)).toBe('sound');
});

test.each([0, 100, 8_192, 40_000])(
  'one that was cut to %i bytes is refused with a reason, and so is what stands beside it',
  async (bytes) => {
    const dir = await filled();
    truncateSync(join(dir, 'data.mdb'), bytes);
    await expect(openEmbeddedLog({ dir })).rejects.toThrow(`keeps in ${dir} is damaged`);
    expect(await isSound(dir)).toBe(false);
    const other = await filled();
    await leaveBehind(other);
    await expect(openEmbeddedLog({ dir: other, beside: [dir] })).rejects.toThrow(`keeps in ${dir} is damaged`);
  },
);
