import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@crewboard/event-log';
import { afterAll } from 'vitest';
import { statusServiceSuite } from '../test/service.ts';

const dirs: string[] = [];
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

statusServiceSuite('the embedded log', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-status-'));
  dirs.push(dir);
  return openEmbeddedLog({ dir });
});
