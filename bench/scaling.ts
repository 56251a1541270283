import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { type EventLog, openEmbeddedLog } from '@crewboard/event-log';
import { LiveBoard } from '../services/gateway/src/live-board.ts';
import { createPartitionFold } from '../services/status/src/partition.ts';
import { measureFanOut } from './fan-out.ts';
import { type Curve, drawCurves } from './load/curves.ts';
import { prepare, tempDir } from './process.ts';
import { type Benchmark, type Report, type Row, rounded } from './report.ts';
import { type SessionScript, sessionScript } from './team/session.ts';
import { steady } from './team.ts';

const IMAGES = join(import.meta.dirname, '../docs/images');
const RETENTION_MS = 14 * 24 * 3_600_000;
const BATCH = 1_000;
const EVENTS = 20_000;
const SESSIONS = [10, 100, 1_000, 5_000];
const HISTORIES = [5_000, 20_000, 50_000, 100_000];
const VIEWERS = [200, 1_000, 2_000, 5_000];
const CHANGES = 20;
const MACHINES = [10, 50, 100, 200, 500];
const SECONDS = 10;

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const scriptsOf = (count: number): SessionScript[] =>
  Array.from({ length: count }, (_, index) => sessionScript(`session-${index}`));

/** The next events of the sessions in turn, from the one at `from` on. */
const told = (scripts: readonly SessionScript[], from: number, count: number): SessionEvent[] =>
  Array.from({ length: count }, (_, index) => scripts[(from + index) % scripts.length]?.next().value).filter(
    (event) => event !== undefined,
  );

/** One partition on an embedded log, as the status service holds it, that can be told so many events more. */
const openPartition = async (log: EventLog) => {
  const lease = await log.acquireLease(0, 'scaling', 600_000);
  if (!lease) throw new Error('nobody else has this log');
  const fold = createPartitionFold(await log.load(0), RETENTION_MS);
  const board = new LiveBoard('scaling', 1);
  let seen = '0-0';
  return {
    board,
    /** How much CPU it takes to read, fold and save them, µs for each. */
    tell: async (events: readonly SessionEvent[]): Promise<number> => {
      for (let at = 0; at < events.length; at += BATCH) await log.append(events.slice(at, at + BATCH));
      const begun = cpuUs();
      for (;;) {
        const entries = await log.read(0, { after: fold.checkpoint, count: BATCH });
        if (entries.length === 0) break;
        await log.save(lease, fold.fold(entries, Date.now()).projection);
      }
      // Until all of it is on disk.
      await log.checkpoint(0);
      const used = cpuUs() - begun;
      for (;;) {
        const changes = await log.readChanges(0, { after: seen, count: BATCH });
        for (const change of changes) {
          board.apply(change);
          seen = change.offset;
        }
        if (changes.length === 0) break;
      }
      return used / events.length;
    },
  };
};

/** Makes a snapshot that was not made before; how long that takes of a core, ms, and its size. */
const snapshotOf = (board: LiveBoard): { ms: number; kilobytes: number } => {
  const begun = cpuUs();
  const bytes = Buffer.byteLength(board.toJson());
  return { ms: (cpuUs() - begun) / 1_000, kilobytes: bytes / 1_000 };
};

const bySessions = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const sessions of SESSIONS) {
    const log = await openEmbeddedLog({ dir: tempDir() });
    const partition = await openPartition(log);
    const scripts = scriptsOf(sessions);
    await partition.tell(told(scripts, 0, sessions * 3));
    const us = await partition.tell(told(scripts, 0, Math.max(EVENTS, sessions)));
    const { ms, kilobytes } = snapshotOf(partition.board);
    rows.push({
      sessions,
      'µs/event': rounded(us, 1),
      'snapshot ms': rounded(ms, 1),
      'snapshot KB': rounded(kilobytes),
    });
    await log.close();
  }
  return rows;
};

const byHistory = async (): Promise<Row[]> => {
  const log = await openEmbeddedLog({ dir: tempDir() });
  const partition = await openPartition(log);
  const scripts = scriptsOf(100);
  const rows: Row[] = [];
  let events = 0;
  for (const history of HISTORIES) {
    await partition.tell(told(scripts, events, history - events - BATCH));
    const us = await partition.tell(told(scripts, history - BATCH, BATCH));
    events = history;
    const { ms, kilobytes } = snapshotOf(partition.board);
    rows.push({
      history,
      'µs/event': rounded(us, 1),
      'snapshot ms': rounded(ms, 1),
      'snapshot KB': rounded(kilobytes),
    });
  }
  await log.close();
  return rows;
};

const curve = (name: string, rows: readonly Row[], x: string, y: string): Curve => ({
  name,
  points: rows.map((row) => [Number(row[x]), Number(row[y])]),
});

const byViewers = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const viewers of VIEWERS) rows.push(await measureFanOut(viewers, CHANGES));
  return rows;
};

const byMachines = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const machines of MACHINES) rows.push(await steady(machines, SECONDS));
  return rows;
};

const draw = (file: string, xName: string, yName: string, curves: readonly Curve[]): void =>
  writeFileSync(join(IMAGES, file), drawCurves({ xName, yName, curves }));

export const benchmark: Benchmark = {
  about: 'How cost grows with sessions, history, viewers and machines; draws docs/images/scaling-*.svg',
  run: async (): Promise<Report> => {
    prepare();
    const sessions = await bySessions();
    const histories = await byHistory();
    const viewers = await byViewers();
    const machines = await byMachines();
    const perEvent = 'µs of a core for each event';
    const fold = 'read, fold, save';
    draw('scaling-sessions.svg', 'sessions of a partition', perEvent, [curve(fold, sessions, 'sessions', 'µs/event')]);
    draw('scaling-history.svg', 'events before', perEvent, [curve(fold, histories, 'history', 'µs/event')]);
    draw('scaling-viewers.svg', 'viewers', 'ms', [
      curve('until the last one has it, p50', viewers, 'viewers', 'p50 ms'),
      curve('of a core for each change', viewers, 'viewers', 'server CPU ms/change'),
    ]);
    draw('scaling-machines.svg', 'machines at work', '% of a core', [
      curve('gateway', machines, 'machines', 'gateway CPU %'),
      curve('status', machines, 'machines', 'status CPU %'),
      curve('Redis', machines, 'machines', 'Redis CPU %'),
    ]);
    return {
      rows: sessions,
      more: { 'With history, 100 sessions': histories, 'With viewers': viewers, 'With machines, on Redis': machines },
    };
  },
};
