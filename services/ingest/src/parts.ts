import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { eventId } from '@crewboard/contract';
import { type CursorStore, openCursorStore } from './cursor.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createHookSpool, type HookSpool } from './hooks/spool.ts';
import { createJobFollower, isJobFolder } from './jobs/follow.ts';
import type { IngestMetrics } from './metrics.ts';
import { createPresenceTracker, type PresenceTracker } from './presence/track.ts';
import { unseenExits } from './presence/unseen.ts';
import { takeForgotten } from './privacy/forgotten.ts';
import { createGate, type Gate } from './privacy/gate.ts';
import { openPlaces } from './privacy/places.ts';
import { createPrivacySettings } from './privacy/settings.ts';
import { tilde } from './privacy/show.ts';
import { placesPath } from './privacy/told-sessions.ts';
import { createLocate } from './repository.ts';
import { takeFolder } from './running.ts';
import type { Senses } from './senses/report.ts';
import { createMachineReporter, type MachineReporter } from './senses/reporter.ts';
import type { IngestServiceOptions } from './service.ts';
import { createShipper, type Shipper } from './ship.ts';
import { createTranscriptFollower, type TranscriptFollower } from './transcript/follow.ts';
import { cwdInTranscript } from './transcript/session-file.ts';
import { type ClaudeWatcher, createClaudeWatcher } from './watch.ts';

/** The running agent's parts, put together. */
export interface IngestParts {
  follower: TranscriptFollower;
  presence: PresenceTracker;
  spool: HookSpool;
  reporter: MachineReporter;
  watcher: ClaudeWatcher;
  shipper: Shipper;
  gate: Gate;
  /** Looks at everything, or at all below one folder (relative to the claude folder). */
  sweep(below?: string): Promise<void>;
  /** Tells the ends that nobody saw. */
  tellUnseen(): void;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;
/** How long it is remembered that a session's end was told: longer than any transcript is looked at. */
const KEEP_ENDED_MS = 400 * DAY_MS;

export const openParts = async (
  options: Required<IngestServiceOptions>,
  metrics: IngestMetrics,
  signal: AbortSignal,
): Promise<IngestParts> => {
  const { logger, machine, owner, now } = options;
  const folder = join(resolve(options.dataDir), 'agent');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const taken = await takeFolder(options.dataDir, options.tells);
  const claudeDir = await realpath(options.claudeDir).catch(() => resolve(options.claudeDir));
  const cursors = await openCursorStore(join(folder, `cursor-${options.target}.json`), logger);
  const deadLetters = openDeadLetters(folder, logger, now);
  forgetEnded(cursors.ended, now() - KEEP_ENDED_MS);
  const { home, defaultTier: fallback, repositorySalt } = options;
  const places = openPlaces(placesPath(folder, options.target), logger);
  const settings = createPrivacySettings({ dataDir: options.dataDir, fallback, home, logger });
  const locate = createLocate(now);
  const gate = createGate({
    settings,
    places,
    machine,
    owner,
    locate,
    lookUp: (sessionId) => cwdInTranscript(claudeDir, sessionId),
    tilde: tilde(home),
    repositorySalt,
    shipper: () => shipper,
    tellAgain: (sessionIds) => presence.tellAgain(sessionIds),
    takeForgotten: () => takeForgotten(options.dataDir, options.target),
    liveSessions: () => presence.liveSessions(),
    hasEnded: (sessionId) => cursors.ended.has(sessionId),
    now,
  });
  const shipper = createShipper({ sink: gate.guard(options.sink), deadLetters, metrics, signal, now });
  const maxAgeMs = options.maxAgeDays * DAY_MS;
  const deps = { claudeDir, machine, owner, maxAgeMs, locate, cursors, shipper, logger, now };
  const follower = createTranscriptFollower({ ...deps, deadLetters, metrics });
  const presence = createPresenceTracker(deps);
  const jobs = createJobFollower(deps);
  const spool = createHookSpool({ ...deps, dataDir: options.dataDir, namedAfter: options.namedAfter, deadLetters });
  const watcher = createClaudeWatcher({
    claudeDir,
    logger,
    onFile: (path) => void (checkSmall(path) ?? follower.hint(path)),
    onFileSettled: (path) => void (checkSmall(path) ?? follower.glance(path)),
    onFolder: (path) => {
      if (path === '' || path === 'sessions') void presence.sweep();
      if (path === 'sessions') return;
      if (path === 'jobs' || isJobFolder(path)) void sweepJobs();
      else void sweep(path || undefined);
    },
  });
  const checkSmall = (path: string): Promise<void> | undefined => {
    if (path.startsWith('sessions/')) return presence.check(baseName(path));
    return path.startsWith('jobs/') ? jobs.check(path) : undefined;
  };
  const sweepJobs = async (): Promise<void> => {
    await jobs.sweep();
    watcher.cover(jobs.folders, false);
  };
  const sweep = async (below?: string): Promise<void> => {
    const isAll = below === undefined;
    if (isAll) await sweepJobs();
    const folders = await follower.sweep(below);
    watcher.cover(isAll ? [...folders, ...jobs.folders] : folders, isAll);
  };
  const senses = (): Senses => ({
    hooks: spool.stats,
    presence: presence.stats,
    transcripts: {
      files: follower.fileCount,
      backlogBytes: follower.backlogBytes,
      lastReadAt: follower.lastReadAt,
    },
    privacy: { ...gate.stats, privateSessions: gate.countPrivate(presence.liveSessions()) },
    queuedEvents: shipper.queuedEvents,
    deadLetters: deadLetters.count,
    unknownEntryTypes: follower.unknownTypes,
  });
  const { dataDir, sink } = options;
  const reporter = createMachineReporter({
    ...deps,
    dataDir,
    folder,
    sink,
    senses,
    acceptedAt: () => shipper.acceptedAt,
  });
  metrics.watch({
    backlogBytes: () => follower.backlogBytes,
    queuedEvents: () => shipper.queuedEvents,
    files: () => follower.fileCount,
    liveProcesses: () => presence.stats.live,
    unreadablePresences: () => presence.stats.unreadable,
    hookPayloads: () => spool.stats.heard,
    unreadableHookPayloads: () => spool.stats.unreadable,
    waitingHookPayloads: () => spool.stats.waiting,
    clockSkewSeconds: () => (sink.standing().clockSkewMs ?? 0) / 1000,
  });
  return {
    follower,
    presence,
    spool,
    reporter,
    watcher,
    shipper,
    gate,
    sweep,
    tellUnseen: createUnseenTeller({ follower, presence, shipper, cursors, machine, now }),
    close: async () => {
      await watcher.close();
      places.close();
      await cursors.close();
      await deadLetters.close();
      await taken.release();
    },
  };
};

interface UnseenTellerDeps extends Pick<IngestParts, 'follower' | 'presence' | 'shipper'> {
  cursors: CursorStore;
  machine: string;
  now: () => number;
}

const createUnseenTeller = ({ follower, presence, shipper, cursors, machine, now }: UnseenTellerDeps): (() => void) => {
  const telling = new Set<string>();
  return () => {
    const live = presence.liveSessions();
    if (!live) return;
    const exits = unseenExits(follower.sessions(), { machine, live, ended: cursors.ended, now: now() });
    for (const exit of exits) {
      const id = eventId(exit);
      if (telling.has(id)) continue;
      telling.add(id);
      shipper.offer([exit], () => {
        telling.delete(id);
        cursors.ended.set(exit.sessionId, exit.occurredAt);
        cursors.touch();
      });
    }
  };
};

const forgetEnded = (ended: Map<string, number>, before: number): void => {
  for (const [sessionId, at] of ended) if (at < before) ended.delete(sessionId);
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
