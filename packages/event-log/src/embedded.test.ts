import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { eventLogContract } from '../test/contract.ts';
import { openEmbeddedLog } from './embedded.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crewboard-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

eventLogContract('embedded', (place, partitions) => openEmbeddedLog({ dir: join(folder, place), partitions }));
