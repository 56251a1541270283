// A process that has the same folder open. When it is told to go it takes each of 200 records that it can get, and prints which it got.
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedRecords } from '../src/embedded-records.ts';

const records = await openEmbeddedRecords({ dir: process.argv[2] ?? '' });
await records.update('board', 'ready', (current) => ({ value: Number(current ?? 0) + 1 }));
while ((await records.get('board', 'go')) === undefined) await sleep(1);
const taken: number[] = [];
for (let n = 0; n < 200; n++) {
  if ((await records.update('invite', String(n), () => 'remove')) !== undefined) taken.push(n);
}
process.stdout.write(JSON.stringify(taken));
await records.close();
