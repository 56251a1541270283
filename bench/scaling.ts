import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEvent } from '@crewboard/contract';
import { type EventLog, openEmbeddedLog } from '@crewboard/event-log';
import { LiveBoard } from '../services/gateway/src/live-board.ts';
import { createPartitionFold } from '../services/status/src/partition.ts';
import { type Curve, drawCurves } from './load/curves.ts';
import { tempDir } from './process.ts';
import { type Benchmark, type Report, type Row, rounded } from './report.ts';
import { type SessionScript, sessionScript } from './team/session.ts';

const IMAGES = join(import.meta.dirname, '../docs/images');
const RETENTION_MS = 14 * 24 * 3_600_000;
const BATCH = 1_000;
const EVENTS = 20_000;
const SESSIONS = [10, 100, 1_000, 5_000];
const HISTORIES = [5_000, 20_000, 50_000, 100_000];

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

export const benchmark: Benchmark = {
  about: 'How cost grows with sessions and history, by CPU time; draws docs/images/scaling-*.svg',
  run: async (): Promise<Report> => {
    const sessions = await bySessions();
    const histories = await byHistory();
    const draw = (file: string, xName: string, curves: readonly Curve[]): void =>
      writeFileSync(join(IMAGES, file), drawCurves({ xName, yName: 'µs of a core for each event', curves }));
    draw('scaling-sessions.svg', 'sessions of a partition', [
      curve('read, fold, save', sessions, 'sessions', 'µs/event'),
    ]);
    draw('scaling-history.svg', 'events before', [curve('read, fold, save', histories, 'history', 'µs/event')]);
    return { rows: sessions, more: { 'With history, 100 sessions': histories } };
  },
};
