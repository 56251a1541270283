import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START_OFFSET } from '@crewboard/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aProjection, aRow, prompt } from '../test/log-under-test.ts';
import { openEmbeddedLog } from './embedded.ts';
import type { EventLog } from './event-log.ts';

let dir: string;
let log: EventLog;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'crewboard-log-'));
  log = await openEmbeddedLog({ dir });
});
afterEach(async () => {
  await log.close();
  await rm(dir, { recursive: true });
});

const lease = async () => {
  const held = await log.acquireLease(0, 'a test', 60_000);
  if (!held) throw new Error('no lease');
  return held;
};
const changeOf = (sessionId: string) =>
  aProjection({
    rows: [aRow(sessionId)],
    changes: [{ type: 'CardChanged', sessionId, card: aRow(sessionId).card }],
  });
const shown = async () =>
  (await log.readChanges(0, { after: START_OFFSET, count: 100 })).map(({ sessionId }) => sessionId);
const kept = async () => (await log.load(0)).rows.map(({ sessionId }) => sessionId).sort();

/** No key of the store may be so long: a row of this session can't be written. */
const UNWRITABLE = 'x'.repeat(4_000);

it('shows events and changes to readers before they are on disk', async () => {
  const held = await lease();
  let isOnDisk = false;
  const appended = log.append([prompt('a', 'hello')]).then(() => {
    isOnDisk = true;
  });
  expect(await log.read(0, { after: START_OFFSET, count: 10 })).toHaveLength(1);
  await log.save(held, changeOf('a'));
  expect(await shown()).toEqual(['a']);
  expect(isOnDisk).toBe(false);
  await appended;
  expect(await kept()).toEqual(['a']);
});

it('wakes a reader that waits with what is not on disk yet', async () => {
  const waiting = log.read(0, { after: START_OFFSET, count: 10, waitMs: 5_000 });
  const appended = log.append([prompt('a', 'hello')]);
  expect(await waiting).toHaveLength(1);
  await appended;
});

it('takes along with a step that cannot be written all steps behind it, and goes on from the one before', async () => {
  const held = await lease();
  await log.save(held, changeOf('before'));
  await log.save(held, changeOf(UNWRITABLE));
  await log.save(held, changeOf('behind'));
  await expect(async () => {
    for (;;) await log.save(held, changeOf('late'));
  }).rejects.toThrow("can't be written");
  expect(await kept()).toEqual(['before']);
  expect(await shown()).toEqual(['before']);
  await log.save(held, changeOf('again'));
  expect(await kept()).toEqual(['again', 'before']);
  expect(await shown()).toEqual(['before', 'again']);
});

it('reads on from memory to the disk and back, whatever a reader has seen', async () => {
  const all = Array.from({ length: 3_000 }, (_, n) => String(n));
  const read: string[] = [];
  let after = START_OFFSET;
  const readOn = async (count: number) => {
    for (const entry of await log.read(0, { after, count })) {
      after = entry.offset;
      if (entry.ok && entry.event.type === 'PromptSubmitted') read.push(entry.event.data.text);
    }
  };
  for (let from = 0; from < all.length; from += 100) {
    await log.append(all.slice(from, from + 100).map((text) => prompt('a', text)));
    await readOn(37);
  }
  while (read.length < all.length) await readOn(211);
  expect(read).toEqual(all);
});

it('has all that it showed when it is opened again', async () => {
  const held = await lease();
  for (let n = 0; n < 100; n++) await log.save(held, changeOf(`session-${n}`));
  const before = await shown();
  await log.close();
  log = await openEmbeddedLog({ dir });
  expect(await shown()).toEqual(before);
  expect(await kept()).toHaveLength(100);
});
