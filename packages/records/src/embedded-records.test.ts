import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsContract } from '../test/contract.ts';
import { openEmbeddedRecords } from './embedded-records.ts';
import type { RecordKind } from './records.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewboard-access-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The store itself, opened beside the records. */
const inStore = async <Result>(place: string, kind: RecordKind, work: (store: Store) => Result): Promise<Result> => {
  const root = openStore(place);
  try {
    return work(root.openDB<string, Uint8Array>({ name: kind, encoding: 'string', keyEncoding: 'binary' }));
  } finally {
    await root.close();
  }
};
const openStore = (place: string) =>
  open<string, string>({ path: join(folder, place), noSubdir: false, encoding: 'string' });
type Store = ReturnType<typeof openStore>['openDB'] extends (...options: never[]) => infer Opened ? Opened : never;

recordsContract('embedded', {
  open: (place, now) => openEmbeddedRecords({ dir: join(folder, place), now }),
  damage: (place, kind, id, text) => inStore(place, kind, (store) => void store.putSync(Buffer.from(id), text)),
  count: (place, kind) => inStore(place, kind, (store) => store.getKeysCount()),
});

describe('the folder of embedded records', () => {
  it('is its owner’s alone', async () => {
    const dir = join(folder, 'made', 'deep');
    const records = await openEmbeddedRecords({ dir });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    await records.close();
  });

  it('may be open in several processes, which share what one of them may have', async () => {
    const dir = join(folder, 'shared');
    const records = await openEmbeddedRecords({ dir });
    for (let n = 0; n < 200; n++) await records.update('invite', String(n), () => ({ value: n }));
    const taker = new URL('../test/taker.ts', import.meta.url).pathname;
    const run = () => promisify(execFile)(process.execPath, ['--import', 'tsx', taker, dir]);
    const running = Promise.all([run(), run(), run()]);
    await expect.poll(() => records.get('board', 'ready'), { timeout: 60_000 }).toBe(3);
    await records.update('board', 'go', () => ({ value: true }));
    const outputs = await running;
    const taken = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[]);
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(await records.list('invite')).toEqual([]);
    await records.close();
  }, 120_000);
});
