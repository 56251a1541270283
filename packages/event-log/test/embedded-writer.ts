// A process that appends to an embedded log until it is killed, and prints the number of each event that was acknowledged.
import { anEvent } from '@crewboard/contract/testing';
import { openEmbeddedLog } from '../src/embedded.ts';

const dir = process.argv[2] ?? '';
const log = await openEmbeddedLog({ dir });
for (let n = 0; ; n++) {
  await log.append([anEvent('PromptSubmitted', { data: { text: String(n) } })]);
  process.stdout.write(`${n}\n`);
}
