import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { SessionEvent } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { z } from 'zod';
import { watchFeed } from './feed.ts';
import { type Backend, backends, type LoadBoard, startLoadBoard } from './load/board.ts';
import { postAll } from './load/post.ts';
import { prepare } from './process.ts';
import { type Benchmark, type Row, rounded } from './report.ts';
import type { SimulatedMachine } from './team/machine.ts';
import { type SessionScript, sessionScript } from './team/session.ts';

const MACHINES = 20;
const SESSIONS_PER_MACHINE = 5;
/** As many as an agent sends at once where there is much to tell. */
const BATCH = 500;
const SEEN_WITHIN_MS = 60_000;

const argsSchema = z.object({
  backend: z.enum(['redis', 'embedded']).optional(),
  events: z.coerce.number().int().min(MACHINES),
  single: z.coerce.number().int().min(MACHINES),
});

interface Sender extends SimulatedMachine {
  scripts: SessionScript[];
  sessionIds: string[];
}

const sendersOf = ({ machines }: LoadBoard): Sender[] =>
  machines.map((machine) => {
    const sessionIds = Array.from(
      { length: SESSIONS_PER_MACHINE },
      (_, index) => `${machine.machine}-session-${index}`,
    );
    return { ...machine, sessionIds, scripts: sessionIds.map(sessionScript) };
  });

/** So many events of a machine's sessions in turn, the last of each a title that says that all is told. */
const eventsOf = ({ scripts, sessionIds }: Sender, count: number, title: string): SessionEvent[] => {
  const told = Array.from(
    { length: count - scripts.length },
    (_, index) => scripts[index % scripts.length]?.next().value,
  );
  const last = sessionIds.map((sessionId) =>
    anEvent('TitleGiven', { sessionId, stream: `transcript:${sessionId}`, data: { title }, occurredAt: Date.now() }),
  );
  return [...told.filter((event) => event !== undefined), ...last];
};

const bodiesOf = (events: readonly SessionEvent[], perBody: number, isGzip: boolean): Buffer[] => {
  const bodies: Buffer[] = [];
  for (let at = 0; at < events.length; at += perBody) {
    const text = events.slice(at, at + perBody).map((event) => `${JSON.stringify(event)}\n`);
    bodies.push(isGzip ? gzipSync(text.join('')) : Buffer.from(text.join('')));
  }
  return bodies;
};

/** Sends all from all machines at once; done when a page has the last state of every session. */
const run = async (
  board: LoadBoard,
  senders: readonly Sender[],
  load: { events: number; perBody: number },
): Promise<Row> => {
  const title = `told ${load.perBody} at a time`;
  const isGzip = load.perBody > 1;
  const perMachine = Math.floor(load.events / senders.length);
  const work = senders.map((sender) => ({
    token: sender.token,
    bodies: bodiesOf(eventsOf(sender, perMachine, title), load.perBody, isGzip),
  }));
  const feed = await watchFeed(board.url);
  const left = new Set(senders.flatMap(({ sessionIds }) => sessionIds));
  const all = new Promise<number>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${left.size} sessions were not told to their end`)),
      SEEN_WITHIN_MS,
    );
    feed.onMessage((text, at) => {
      if (!text.includes(title)) return;
      left.delete(/"sessionId":"([^"]+)"/.exec(text)?.[1] ?? '');
      if (left.size > 0) return;
      clearTimeout(late);
      resolve(at);
    });
  });
  const processes = Object.entries(board.processes);
  const before = processes.map(([, running]) => running.cpuMs());
  const begun = performance.now();
  await Promise.all(work.map(({ token, bodies }) => postAll(board.url, token, bodies, isGzip)));
  const taken = performance.now() - begun;
  const seen = (await all) - begun;
  feed.close();
  const cpu = processes.map(([name, running], index): [string, number] => {
    const used = running.cpuMs() - (before[index] ?? 0);
    return [`${name} µs/event`, rounded((used * 1_000) / load.events, 1)];
  });
  return {
    backend: board.backend,
    what: load.perBody === 1 ? 'one a request' : `batches of ${load.perBody}`,
    events: load.events,
    'taken, events/s': rounded(load.events / (taken / 1_000)),
    'events/s': rounded(load.events / (seen / 1_000)),
    ...Object.fromEntries(cpu),
  };
};

const measure = async (backend: Backend, events: number, single: number): Promise<Row[]> => {
  const board = await startLoadBoard(backend, MACHINES);
  try {
    const senders = sendersOf(board);
    // Every session has a card, and the processes are warm.
    await run(board, senders, { events: 5_000, perBody: BATCH / 2 });
    const batches = await run(board, senders, { events, perBody: BATCH });
    await run(board, senders, { events: Math.min(single, 1_000), perBody: 2 });
    return [batches, await run(board, senders, { events: single, perBody: 1 })];
  } finally {
    await board.stop();
  }
};

export const benchmark: Benchmark = {
  about: 'Events per second through POST /api/ingest → log → fold → socket (--backend, --events 60000, --single 10000)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        backend: { type: 'string' },
        events: { type: 'string', default: '60000' },
        single: { type: 'string', default: '10000' },
      },
    });
    const { backend, events, single } = argsSchema.parse(values);
    prepare();
    const rows: Row[] = [];
    for (const each of backend ? [backend] : backends()) rows.push(...(await measure(each, events, single)));
    return rows;
  },
};
