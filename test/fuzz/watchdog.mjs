// Runs beside the fuzzing, in a thread of its own: an input that never ends would keep that one from telling.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { state, text, patienceMs } = workerData;
/** How often an input was begun, how long what describes the current ones is, and a cell that nobody changes. */
const [BEATS, LENGTH, STILL] = [0, 1, 2];

for (let last = -1; ; ) {
  const beats = Atomics.load(state, BEATS);
  if (beats === last) {
    const what = Buffer.from(text.slice(0, Atomics.load(state, LENGTH))).toString('utf8');
    writeSync(2, `\nFIND a hang: an input of this did not come back within ${patienceMs} ms\n${what}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = beats;
  Atomics.wait(state, STILL, 0, patienceMs);
}
