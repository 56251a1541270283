import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startLoadBoard } from './load/board.ts';
import { prepare } from './process.ts';
import { type Benchmark, percentiles, type Row, rounded } from './report.ts';
import { sessionScript } from './team/session.ts';

const SESSIONS = 100;
const BATCH = 2_000;
const JOINS = 50;
const argsSchema = z.object({ histories: z.string().transform((list) => list.split(',').map(Number)) });

/** From the connection to the whole snapshot, as a page does it; answers the snapshot's bytes too. */
const join = (url: string): Promise<{ ms: number; bytes: number }> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/feed`, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('message', (data: Buffer) => {
      resolve({ ms: performance.now() - begun, bytes: data.length });
      socket.terminate();
    });
  });

const measure = async (events: number): Promise<Row> => {
  const board = await startLoadBoard('embedded', 1);
  try {
    const [machine] = board.machines;
    if (!machine) throw new Error('no machine has joined');
    const scripts = Array.from({ length: SESSIONS }, (_, index) => sessionScript(`session-${index}`));
    for (let sent = 0; sent < events; sent += BATCH) {
      const count = Math.min(BATCH, events - sent);
      const batch = Array.from({ length: count }, (_, index) => scripts[(sent + index) % SESSIONS]?.next().value);
      await machine.send(batch.filter((event) => event !== undefined));
    }
    await sleep(1_000);
    const joins: { ms: number; bytes: number }[] = [];
    for (let count = 0; count < JOINS + 5; count++) {
      // A change in between: the next one can't be given what the one before got.
      await machine.send([scripts[count % SESSIONS]?.next().value].filter((event) => event !== undefined));
      await sleep(20);
      joins.push(await join(board.url));
    }
    const warm = joins.slice(5);
    return {
      'events before': events,
      sessions: SESSIONS,
      ...percentiles(warm.map(({ ms }) => ms)),
      'snapshot KB': rounded((warm.at(-1)?.bytes ?? 0) / 1_000),
    };
  } finally {
    await board.stop();
  }
};

export const benchmark: Benchmark = {
  about: `A viewer joins a board of ${SESSIONS} sessions: connection, upgrade and whole snapshot (--histories 20000,100000)`,
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { histories: { type: 'string', default: '20000,100000' } },
    });
    const { histories } = argsSchema.parse(values);
    prepare();
    const rows: Row[] = [];
    for (const events of histories) rows.push(await measure(events));
    return rows;
  },
};
