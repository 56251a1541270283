import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@crewboard/runtime';
import { createFolderWatches } from './folders.ts';
import { createIngestMetrics, type IngestFigures } from './metrics.ts';
import { createMilestone } from './milestone.ts';
import { type IngestParts, openParts } from './parts.ts';
import { PRIVACY_FILE } from './privacy/settings.ts';
import type { ToldTier } from './privacy/show.ts';
import type { EventSink } from './sink.ts';

export interface IngestServiceOptions {
  /** The claude folder. It may appear later. Nothing outside of it is read, but git's files of the sessions' folders. */
  claudeDir: string;
  /** The agent keeps its cursor and dead letters in `agent/` of it. */
  dataDir: string;
  /** The folder that `dataDir` is a copy of. Default: itself. */
  namedAfter?: string;
  machine: string;
  owner: string | null;
  /** Transcripts that were not written to for longer are left alone until they grow. */
  maxAgeDays: number;
  /**
   * Names where the events go: how far they were shipped is kept for each target. Of another board's cursor nothing is known there.
   * Letters, digits, `-` and `_`.
   */
  target: string;
  /** The same for people. */
  tells: string;
  /** How much leaves where `privacy.json` in the data folder says nothing. */
  defaultTier: ToldTier;
  /** The person's home folder: rules may begin with it, and it is shown as `~`. */
  home?: string;
  /** For hashing the names of repositories as all machines of the board do: resolves once the board has told it. Absent: a salt of this machine's own. */
  repositorySalt?: ((signal: AbortSignal) => Promise<string>) | undefined;
  sink: EventSink;
  logger: Logger;
  /** Ms since 1970. */
  now?: () => number;
}

export interface IngestService {
  /** Follows and ships until the signal aborts; then it resolves. Rejects on a fault of its own, or with `AlreadyRuns`. To be called once. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when the sink has accepted what makes up the board: all short transcripts, the ends of long ones, presence, jobs, hooks. */
  boardReady: Promise<void>;
  /** Resolves when the sink has accepted the counts of the long transcripts' middles too. Neither ever rejects. */
  caughtUp: Promise<void>;
  /** How it fares by now, for who watches it. */
  figures(): IngestFigures;
}

const SWEEP_MS = 4_000;
/** Sweeps take no more than this part of the time, however large the folder is. */
const SWEEP_SHARE = 0.02;
/** A crash is on the board within a second. So are new rules, where no watcher tells of them. */
const TICK_MS = 500;

/** The agent: tells what the sessions of one claude folder do, as events, each from the place where the last run ended. */
export const createIngestService = (options: IngestServiceOptions): IngestService => {
  const now = options.now ?? Date.now;
  const metrics = createIngestMetrics();
  const boardReady = createMilestone();
  const caughtUp = createMilestone();

  const look = async (parts: IngestParts, checkRules: () => void, signal: AbortSignal): Promise<never> => {
    const { presence, watcher, sweep, tellUnseen } = parts;
    watcher.ensure();
    await presence.sweep();
    await sweep();
    void reach(parts);
    for (let nextAt = performance.now() + SWEEP_MS; ; ) {
      await sleep(TICK_MS, undefined, { signal });
      checkRules();
      presence.checkLiveness();
      watcher.ensure();
      const startedAt = performance.now();
      if (startedAt < nextAt) continue;
      await presence.sweep();
      await sweep();
      if (boardReady.isReached) tellUnseen();
      const tookMs = performance.now() - startedAt;
      nextAt = startedAt + Math.max(SWEEP_MS, tookMs / SWEEP_SHARE);
    }
  };

  const reach = async ({ follower, presence, spool, tellUnseen, shipper, reporter }: IngestParts): Promise<void> => {
    try {
      await follower.settled('found');
      presence.settle(follower.lastSignOf);
      tellUnseen();
      await spool.sweep();
      await shipper.accepted();
      boardReady.reach();
      reporter.hurry();
      await follower.settled('history');
      caughtUp.reach();
    } catch {
      // The shipper has ended: `run` tells why.
    }
  };

  return {
    async run(signal) {
      const { home = homedir(), namedAfter = options.dataDir, repositorySalt } = options;
      const parts = await openParts({ ...options, home, namedAfter, repositorySalt, now }, metrics, signal);
      const checkRules = (): void => {
        if (parts.gate.check()) parts.reporter.hurry();
      };
      checkRules();
      const rules = watchRules(options, checkRules);
      const stopReporting = new AbortController();
      const reporting = parts.reporter.run(stopReporting.signal);
      try {
        const { follower, spool, shipper } = parts;
        await Promise.race([follower.run(signal), spool.run(signal), look(parts, checkRules, signal), shipper.ended]);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        rules.close();
        stopReporting.abort();
        await reporting;
        await parts.close();
      }
    },
    boardReady: boardReady.reached,
    caughtUp: caughtUp.reached,
    figures: metrics.figures,
  };
};

/** A file that is written in place is empty at first: it is read a moment after the last sign. */
const WRITTEN_MS = 50;

/** Who makes something private sees it leave the board at once. */
const watchRules = (
  { dataDir, logger }: Pick<IngestServiceOptions, 'dataDir' | 'logger'>,
  onChange: () => void,
): { close(): void } => {
  let waiting: NodeJS.Timeout | undefined;
  const onEntry = (_folder: string, name: string): void => {
    if (name !== PRIVACY_FILE) return;
    clearTimeout(waiting);
    waiting = setTimeout(onChange, WRITTEN_MS);
  };
  const watches = createFolderWatches({ root: dataDir, logger, onEntry });
  watches.cover(['']);
  return {
    close() {
      clearTimeout(waiting);
      watches.close();
    },
  };
};
