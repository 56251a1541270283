import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventId } from '@crewboard/contract';
import type { Logger, Registry } from '@crewboard/runtime';
import { openCursorStore } from './cursor.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createIngestMetrics } from './metrics.ts';
import { createPresenceTracker, type PresenceTracker } from './presence/track.ts';
import { unseenExits } from './presence/unseen.ts';
import { createLocate } from './repository.ts';
import { createShipper, type Shipper } from './ship.ts';
import type { EventSink } from './sink.ts';
import { createTranscriptFollower, type TranscriptFollower } from './transcript/follow.ts';
import { createClaudeWatcher } from './watch.ts';

export interface IngestServiceOptions {
  /** The claude folder. It may appear later. Nothing outside of it is read, but git's files of the sessions' folders. */
  claudeDir: string;
  /** The agent keeps its cursor and dead letters in `agent/` of it. */
  dataDir: string;
  machine: string;
  owner: string | null;
  /** Transcripts that were not written to for longer are left alone until they grow. */
  maxAgeDays: number;
  sink: EventSink;
  logger: Logger;
  /** Gets the agent's figures: use one registry for one service. */
  registry: Registry;
  /** Ms since 1970. */
  now?: () => number;
}

export interface IngestService {
  /** Follows and ships until the signal aborts; then it resolves. Rejects on a fault of its own. To be called once. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when the sink has accepted what makes up the board: all short transcripts, the ends of long ones, presence. */
  boardReady: Promise<void>;
  /** Resolves when the sink has accepted the counts of the long transcripts' middles too. Neither ever rejects. */
  caughtUp: Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;
const SWEEP_MS = 4_000;
/** Sweeps take no more than this part of the time, however large the folder is. */
const SWEEP_SHARE = 0.02;
const LIVENESS_MS = 1_000;
/** How long it is remembered that a session's end was told: longer than any transcript is looked at. */
const KEEP_ENDED_MS = 400 * DAY_MS;

/** The agent: tells what the sessions of one claude folder do, as events, each from the place where the last run ended. */
export const createIngestService = (options: IngestServiceOptions): IngestService => {
  const { logger, machine, owner, now = Date.now } = options;
  const metrics = createIngestMetrics(options.registry);
  const milestones = { boardReady: milestone(), caughtUp: milestone() };

  const start = async (signal: AbortSignal) => {
    const folder = join(resolve(options.dataDir), 'agent');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const claudeDir = await realpath(options.claudeDir).catch(() => resolve(options.claudeDir));
    const cursors = await openCursorStore(join(folder, 'cursor.json'), logger);
    const deadLetters = openDeadLetters(folder, logger, now);
    forgetEnded(cursors.ended, now() - KEEP_ENDED_MS);
    const shipper = createShipper(options.sink, metrics, signal);
    const maxAgeMs = options.maxAgeDays * DAY_MS;
    const deps = { claudeDir, machine, owner, maxAgeMs, locate: createLocate(now), cursors, shipper, logger, now };
    const follower = createTranscriptFollower({ ...deps, deadLetters, metrics });
    const presence = createPresenceTracker(deps);
    const watcher = createClaudeWatcher({
      claudeDir,
      logger,
      onFile: (path) => (path.startsWith('sessions/') ? void presence.check(baseName(path)) : follower.hint(path)),
      onFileSettled: (path) =>
        void (path.startsWith('sessions/') ? presence.check(baseName(path)) : follower.glance(path)),
      onFolder: (path) => void (path === 'sessions' ? presence.sweep() : sweep(path || undefined)),
    });
    const sweep = async (below?: string): Promise<void> => {
      watcher.cover(await follower.sweep(below), below === undefined);
    };
    metrics.watch({
      backlogBytes: () => follower.backlogBytes,
      queuedEvents: () => shipper.queuedEvents,
      files: () => follower.fileCount,
    });

    const telling = new Set<string>();
    const tellUnseen = (): void => {
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

    const close = async (): Promise<void> => {
      await watcher.close();
      await cursors.close();
      await deadLetters.close();
    };
    return { follower, presence, watcher, shipper, sweep, tellUnseen, close };
  };

  const look = async (parts: Awaited<ReturnType<typeof start>>, signal: AbortSignal): Promise<never> => {
    const { presence, watcher, sweep, tellUnseen } = parts;
    watcher.ensure();
    await presence.sweep();
    await sweep();
    void reach(parts);
    for (let nextAt = performance.now() + SWEEP_MS; ; ) {
      await sleep(LIVENESS_MS, undefined, { signal });
      presence.checkLiveness();
      watcher.ensure();
      const startedAt = performance.now();
      if (startedAt < nextAt) continue;
      await presence.sweep();
      await sweep();
      if (milestones.boardReady.isReached) tellUnseen();
      const tookMs = performance.now() - startedAt;
      nextAt = startedAt + Math.max(SWEEP_MS, tookMs / SWEEP_SHARE);
    }
  };

  const reach = async ({ follower, presence, tellUnseen, shipper }: ReachParts): Promise<void> => {
    try {
      await follower.settled('found');
      presence.settle(follower.lastSignOf);
      tellUnseen();
      await shipper.accepted();
      milestones.boardReady.reach();
      await follower.settled('history');
      milestones.caughtUp.reach();
    } catch {
      // The shipper has ended: `run` tells why.
    }
  };

  return {
    async run(signal) {
      const parts = await start(signal);
      try {
        await Promise.race([parts.follower.run(signal), look(parts, signal), parts.shipper.ended]);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        await parts.close();
      }
    },
    boardReady: milestones.boardReady.reached,
    caughtUp: milestones.caughtUp.reached,
  };
};

const forgetEnded = (ended: Map<string, number>, before: number): void => {
  for (const [sessionId, at] of ended) if (at < before) ended.delete(sessionId);
};

interface ReachParts {
  follower: TranscriptFollower;
  presence: PresenceTracker;
  shipper: Shipper;
  tellUnseen: () => void;
}

interface Milestone {
  reached: Promise<void>;
  isReached: boolean;
  reach: () => void;
}

const milestone = (): Milestone => {
  let resolveReached: () => void = () => undefined;
  const result: Milestone = {
    reached: new Promise((resolveIt) => {
      resolveReached = resolveIt;
    }),
    isReached: false,
    reach: () => {
      result.isReached = true;
      resolveReached();
    },
  };
  return result;
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
