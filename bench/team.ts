import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MACHINE_REPORT_MS } from '@crewboard/contract';
import { z } from 'zod';
import { prepare, type Running } from './process.ts';
import { type Benchmark, quantile, type Row, rounded } from './report.ts';
import { startTeamBoard, type TeamBoard } from './team/board.ts';
import { openPage } from './team/page.ts';
import { type SessionScript, sessionScript } from './team/session.ts';

const SESSIONS_PER_MACHINE = 2;
/** Each machine sends so often, one event of each of its sessions. */
const SEND_MS = 2_000;
const MAX_FEEDS = 100;
const FOLDED_WITHIN_MS = 120_000;

const argsSchema = z.object({
  machines: z.string().transform((list) => list.split(',').map(Number)),
  seconds: z.coerce.number().int().min(1),
});

const scriptsOf = (name: string, count: number): SessionScript[] =>
  Array.from({ length: count }, (_, index) => sessionScript(`${name}-session-${index}`));
const take = (script: SessionScript, count: number) => Array.from({ length: count }, () => script.next().value);

/** Calls `work` every so often, the first time after a part of that time; answers a function that ends it and waits for the last. */
const every = (periodMs: number, firstAfterMs: number, work: () => Promise<void>): (() => Promise<void>) => {
  const ended = new AbortController();
  const loop = async () => {
    let dueAt = performance.now() + firstAfterMs;
    while (!ended.signal.aborted) {
      await sleep(Math.max(0, dueAt - performance.now()), undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return;
      await work();
      dueAt += periodMs;
    }
  };
  const running = loop();
  running.catch(() => undefined);
  return async () => {
    ended.abort();
    await running;
  };
};

const measureCpu = async (running: readonly Running[], work: () => Promise<void>): Promise<number[]> => {
  const before = running.map((one) => one.cpuMs());
  const begun = performance.now();
  await work();
  const elapsedMs = performance.now() - begun;
  return running.map((one, index) => rounded(((one.cpuMs() - (before[index] ?? 0)) / elapsedMs) * 100, 1));
};

/** A working day's load: every machine works, and people look on. */
export const steady = async (machineCount: number, seconds: number): Promise<Row> => {
  const board = await startTeamBoard(machineCount);
  try {
    const feeds = Math.min(MAX_FEEDS, machineCount);
    const closePages: (() => void)[] = [];
    for (let page = 0; page < feeds; page++) closePages.push(await openPage(board.url));
    let events = 0;
    const requestsMs: number[] = [];
    const stops = board.machines.flatMap((machine, index) => {
      const scripts = scriptsOf(`m${index}`, SESSIONS_PER_MACHINE);
      const share = index / machineCount;
      const work = async () => {
        requestsMs.push(await machine.send(scripts.flatMap((script) => take(script, 1))));
        events += scripts.length;
      };
      return [
        every(SEND_MS, share * SEND_MS, work),
        every(MACHINE_REPORT_MS, share * MACHINE_REPORT_MS, machine.report),
      ];
    });
    await sleep(2 * SEND_MS);
    events = 0;
    requestsMs.length = 0;
    const [gatewayCpu, statusCpu, redisCpu] = await measureCpu([board.gateway, board.status, board.redis.server], () =>
      sleep(seconds * 1_000),
    );
    const measured = events;
    await Promise.all(stops.map((stop) => stop()));
    for (const closePage of closePages) closePage();
    return {
      machines: machineCount,
      sessions: machineCount * SESSIONS_PER_MACHINE,
      'open pages': feeds,
      'events/s': rounded(measured / seconds, 1),
      'request p50 ms': rounded(quantile(requestsMs, 0.5), 1),
      'p99 ms': rounded(quantile(requestsMs, 0.99), 1),
      'gateway MB': rounded(board.gateway.peakRssMb()),
      'gateway CPU %': gatewayCpu ?? 0,
      'status MB': rounded(board.status.peakRssMb()),
      'status CPU %': statusCpu ?? 0,
      'Redis MB': rounded(board.redis.server.peakRssMb()),
      'Redis CPU %': redisCpu ?? 0,
    };
  } finally {
    await board.stop();
  }
};

const BULK_MACHINES = 20;
const BULK_SESSIONS = 1_000;
const EVENTS_EACH = 100;
const BATCH_EACH = 10;

const boardSchema = z.object({ sessions: z.array(z.object({ prompts: z.number() })) });

/** Waits until the board shows the last prompt of all sessions. */
const untilFolded = async ({ url }: TeamBoard, prompts: number): Promise<void> => {
  const giveUpAt = performance.now() + FOLDED_WITHIN_MS;
  for (;;) {
    const { sessions } = boardSchema.parse(await (await fetch(`${url}/api/board`)).json());
    if (sessions.filter((session) => session.prompts >= prompts).length >= BULK_SESSIONS) return;
    if (performance.now() > giveUpAt) throw new Error('the board has not caught up');
    await sleep(100);
  }
};

/** Everything at once, as after a day without a board: how fast it is taken in, and what it takes to keep. */
const bulk = async (): Promise<{ speed: Row; storage: Row[] }> => {
  const board = await startTeamBoard(BULK_MACHINES);
  try {
    const perMachine = BULK_SESSIONS / BULK_MACHINES;
    const teams = board.machines.map((machine, index) => ({ machine, scripts: scriptsOf(`b${index}`, perMachine) }));
    const sendAll = (count: number) =>
      Promise.all(teams.map(({ machine, scripts }) => machine.send(scripts.flatMap((script) => take(script, count)))));
    const kept = async () => ({ memory: await board.redis.usedMemory(), disk: board.redis.diskBytes() });

    const atFirst = await kept();
    // Where it is, that it lives, and its first prompt: a card.
    await sendAll(3);
    await untilFolded(board, 1);
    const withSessions = await kept();

    const begun = performance.now();
    for (let sent = 0; sent < EVENTS_EACH; sent += BATCH_EACH) await sendAll(BATCH_EACH);
    const taken = (performance.now() - begun) / 1_000;
    // A turn is 22 events: of 3 + 100, the fifth prompt is the last.
    await untilFolded(board, 5);
    const folded = (performance.now() - begun) / 1_000;
    const withEvents = await kept();

    const events = BULK_SESSIONS * EVENTS_EACH;
    const megabytes = (bytes: number) => rounded(bytes / 1e6, 1);
    return {
      speed: {
        events,
        'taken, events/s': rounded(events / taken),
        'on the board, events/s': rounded(events / folded),
        'gateway MB': rounded(board.gateway.peakRssMb()),
        'status MB': rounded(board.status.peakRssMb()),
        'Redis MB': rounded(board.redis.server.peakRssMb()),
      },
      storage: [
        {
          what: '1,000 sessions',
          'Redis memory MB': megabytes(withSessions.memory - atFirst.memory),
          'on disk MB': megabytes(withSessions.disk - atFirst.disk),
        },
        {
          what: '100,000 events',
          'Redis memory MB': megabytes(withEvents.memory - withSessions.memory),
          'on disk MB': megabytes(withEvents.disk - withSessions.disk),
        },
      ],
    };
  } finally {
    await board.stop();
  }
};

export const benchmark: Benchmark = {
  about:
    'What a team’s board needs: Redis, status and gateway under the load of so many machines (--machines 10,100,500, --seconds 30)',
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { machines: { type: 'string', default: '10,100,500' }, seconds: { type: 'string', default: '30' } },
    });
    const { machines, seconds } = argsSchema.parse(values);
    prepare();
    const rows: Row[] = [];
    for (const count of machines) rows.push(await steady(count, seconds));
    const { speed, storage } = await bulk();
    return { rows, more: { 'All at once, from 20 machines': [speed], 'What is kept': storage } };
  },
};
