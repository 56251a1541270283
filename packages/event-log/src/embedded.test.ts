import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { START_OFFSET } from '@crewboard/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventLogContract } from '../test/contract.ts';
import { openEmbeddedLog } from './embedded.ts';
import { LogInUse } from './embedded-lock.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crewboard-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

eventLogContract('embedded', (place, partitions) => openEmbeddedLog({ dir: join(folder, place), partitions }));

describe('the folder of an embedded log', () => {
  const writer = new URL('../test/embedded-writer.ts', import.meta.url).pathname;
  let child: ChildProcess | undefined;

  /** Starts a process that appends, and resolves when it has acknowledged so many events. */
  const startWriter = async (dir: string, acknowledged: number): Promise<ChildProcess> => {
    const started = spawn(process.execPath, ['--import', 'tsx', writer, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    for await (const line of createInterface({ input: started.stdout })) if (Number(line) >= acknowledged) break;
    return started;
  };

  afterEach(() => {
    child?.kill('SIGKILL');
  });

  it('is refused to a second process, by name, and free with all that was acknowledged once the first is killed', async () => {
    const dir = join(folder, 'shared.folder');
    const running = await startWriter(dir, 100);
    await expect(openEmbeddedLog({ dir })).rejects.toThrow(LogInUse);
    await expect(openEmbeddedLog({ dir })).rejects.toThrow(`The log in ${dir} is in use by process ${running.pid}`);
    const exit = once(running, 'exit');
    running.kill('SIGKILL');
    await exit;

    const log = await openEmbeddedLog({ dir });
    const entries = await log.read(0, { after: START_OFFSET, count: 1_000_000 });
    const numbers = entries.map((entry) => entry.ok && entry.event.type === 'PromptSubmitted' && entry.event.data.text);
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers).toEqual(Array.from(numbers, (_, n) => String(n)));
    await log.close();
  });

  it('is refused to a second log of the same process, which does not harm the first', async () => {
    const dir = join(folder, 'once');
    const log = await openEmbeddedLog({ dir });
    await expect(openEmbeddedLog({ dir })).rejects.toThrow(LogInUse);
    await log.deadLetter({ from: 'ingest', reason: 'still writes', raw: '', at: 1 });
    expect(await log.deadLetters(1)).toHaveLength(1);
    await log.close();
  });
});
