import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Access, createAccess } from '@crewboard/access';
import {
  type BoardChange,
  type MachineReport,
  type Session,
  type Span,
  START_OFFSET,
  type StatusChange,
  type StoryEntry,
} from '@crewboard/contract';
import { aBrief } from '@crewboard/contract/testing';
import { openEmbeddedLog, type Projection } from '@crewboard/event-log';
import { createGateway, type Gateway, type SignInOptions } from '@crewboard/gateway';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createLogger, createMetrics } from '@crewboard/runtime';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Builds the page as it is shipped. */
const buildPage = async (outDir: string): Promise<void> => {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', 'web', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
  await run(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production' } });
};

const changesOf = ({ summary, brief, pullRequest, ...card }: Session): BoardChange[] => {
  const { sessionId } = card;
  return [
    { type: 'CardChanged', sessionId, card },
    ...(summary === null
      ? []
      : [{ type: 'SummaryWritten' as const, sessionId, summary, brief: brief ?? aBrief({ at: card.lastActivityAt }) }]),
    ...(pullRequest === null ? [] : [{ type: 'PullRequestSeen' as const, sessionId, pullRequest }]),
  ];
};

/** A real gateway that serves the built page from a real log; a test plays the status service. */
export interface LiveBoard {
  url: string;
  /** Who may do what there: a test lets machines join. */
  access: Access;
  /** Puts sessions onto the board, or replaces them. */
  tell(...sessions: Session[]): Promise<void>;
  /** Adds to the history of a session that is on the board, the oldest first. */
  note(sessionId: string, ...history: StatusChange[]): Promise<void>;
  /** Adds to what a session on the board did, and to the spans of its time. */
  recount(sessionId: string, told: { story?: readonly StoryEntry[]; spans?: readonly Span[] }): Promise<void>;
  takeAway(...sessionIds: string[]): Promise<void>;
  /** Lets machines be heard as their agents are: with reports. `agoMs`: how long ago. */
  report(reports: readonly MachineReport[], agoMs?: number): Promise<void>;
  /** Forgets machines. */
  forgetMachines(...machines: string[]): Promise<void>;
  /** Takes off all that was ever told or reported. */
  clear(): Promise<void>;
  goAway(): Promise<void>;
  /** Under the same address as before. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export interface LiveBoardOptions {
  /** Absent: nobody has to sign in, and the board is this machine's person's own. */
  signIn?: SignInOptions;
}

export const openLiveBoard = async ({ signIn }: LiveBoardOptions = {}): Promise<LiveBoard> => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-browser-'));
  const webDir = join(dir, 'web');
  await buildPage(webDir);
  const log = await openEmbeddedLog({ dir: join(dir, 'log') });
  const records = await openEmbeddedRecords({ dir: join(dir, 'records') });
  const access = createAccess(records);
  const lease = await log.acquireLease(0, 'browser-test', 24 * 3_600_000);
  if (!lease) throw new Error('the lease of a new log is taken');

  const serve = (port: number): Promise<Gateway> =>
    createGateway({
      log,
      access,
      records,
      logger: createLogger({ name: 'browser-test', level: 'error' }),
      registry: createMetrics(),
      webDir,
      host: '127.0.0.1',
      port,
      openTo: { name: 'me', role: 'admin' },
      signIn,
    });
  let gateway = await serve(0);
  const { url } = gateway;
  const save = (projection: Partial<Omit<Projection, 'checkpoint'>>) =>
    log.save(lease, {
      rows: [],
      removed: [],
      changes: [],
      history: [],
      story: [],
      spans: [],
      ...projection,
      checkpoint: START_OFFSET,
    });

  const takeAway = (...sessionIds: string[]): Promise<void> =>
    save({ removed: sessionIds, changes: sessionIds.map((sessionId) => ({ type: 'CardRemoved', sessionId })) });
  const forgetMachines = async (...machines: string[]): Promise<void> => {
    await Promise.all(machines.map((machine) => log.removeMachine(machine)));
  };
  const told = new Set<string>();

  return {
    url,
    access,
    tell: async (...sessions) => {
      for (const { sessionId } of sessions) told.add(sessionId);
      await save({
        rows: sessions.map(({ summary, brief, pullRequest, ...card }) => ({
          sessionId: card.sessionId,
          state: null,
          card,
        })),
        changes: sessions.flatMap(changesOf),
      });
    },
    note: (sessionId, ...history) => save({ history: history.map((change) => ({ sessionId, change })) }),
    recount: (sessionId, { story = [], spans = [] }) =>
      save({
        story: story.map((entry) => ({ sessionId, entry })),
        spans: spans.map((span) => ({ sessionId, span })),
      }),
    takeAway,
    clear: async () => {
      await takeAway(...told);
      told.clear();
      await forgetMachines(...(await log.machines()).map(({ report }) => report.machine));
    },
    report: async (reports, agoMs = 0) => {
      const receivedAt = Date.now() - agoMs;
      await Promise.all(reports.map((report) => log.saveMachine({ report, receivedAt })));
    },
    forgetMachines,
    goAway: () => gateway.close(),
    comeBack: async () => {
      gateway = await serve(Number(new URL(url).port));
    },
    close: async () => {
      await gateway.close();
      await records.close();
      await log.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
