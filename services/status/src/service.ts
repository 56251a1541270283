import { setTimeout as sleep } from 'node:timers/promises';
import type { Offset } from '@crewboard/contract';
import { type EventLog, FencedOff, type Lease } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import { createMachineWatch, type HeardMachines } from './machines.ts';
import type { StatusMetrics } from './metrics.ts';
import { createPartitionFold, type PartitionFold, type Step } from './partition.ts';

export interface StatusServiceOptions {
  log: EventLog;
  /** Names this process among the replicas: unlike any other, for as long as it runs. */
  holder: string;
  logger: Logger;
  metrics: StatusMetrics;
  now?: () => number;
  /** A session whose process is gone leaves the board so long after its last event, in ms. */
  retentionMs?: number;
  /** Events and changes older than this are dropped, in ms; a rebuild can't reach behind it. Longer than the retention. */
  logAgeMs?: number;
  /** How long a dead replica's partitions stay with it, in ms. */
  leaseMs?: number;
  /** How often it is looked which machines still report, in ms. */
  lookAtMachinesMs?: number;
}

const BATCH = 1_000;
/** Who is behind saves once for so many reads, or for so many ms of them: what a save costs hardly depends on how many events it covers. */
const CATCH_UP = { reads: 10, ms: 100 };
/**
 * Who is not behind rests for so many times as long as it worked, and as often again for each further partition that this process folds.
 * Each card that is saved is work for all behind it: so a busy board gets the newest state of many sessions now and then, and a quiet one
 * each event at once.
 */
const REST = { times: 4, mostMs: 20 };
const RETENTION_MS = 14 * 24 * 3_600_000;
const LOG_AGE_MS = 30 * 24 * 3_600_000;
/** The log is trimmed after so much of its age has passed again, and at least so often. */
const TRIM_SHARE = 1 / 10;
const TRIM_MOST_MS = 3_600_000;
const LEASE_MS = 6_000;
/** Sees at least so often whether a machine fell silent. */
const LOOK_MS = 1_000;
const RETRY_MS = { first: 100, most: 5_000 };

/**
 * Folds every partition that it holds the lease of: reads events after the checkpoint, and saves rows, changes and the new
 * checkpoint in one step. May be killed at any moment; whoever takes the partition over goes on from the checkpoint.
 */
export const createStatusService = (options: StatusServiceOptions) => {
  const { log, holder, logger, metrics, now = Date.now, retentionMs = RETENTION_MS } = options;
  const { logAgeMs = LOG_AGE_MS, leaseMs = LEASE_MS } = options;
  const machines = createMachineWatch(log, logger, { lookEveryMs: options.lookAtMachinesMs });
  let held = 0;

  /** Waits until this process may write the partition; `undefined` when aborted. Those who hold much let others go first. */
  const acquire = async (partition: number, signal: AbortSignal): Promise<Lease | undefined> => {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      await pause(isFirst ? held * 50 : leaseMs / 3 + held * 50, signal);
      const lease = await log.acquireLease(partition, holder, leaseMs);
      if (lease) return lease;
    }
    return undefined;
  };

  /** Resolves with how long this process worked for it, in ms: what it waited for the log is no work. */
  const save = async (lease: Lease, fold: PartitionFold, step: Step): Promise<number> => {
    const { projection, setAside, contradictions } = step;
    for (const { offset, reason, raw } of setAside) {
      logger.warn({ partition: lease.partition, offset, reason }, 'an event was set aside');
      metrics.setAside.inc();
      await log.deadLetter({ from: 'status', reason, raw, at: now() });
    }
    for (const { decided, other, clientVersion } of contradictions) {
      metrics.contradictions.inc({ decided, other, client_version: labelOf(clientVersion) });
    }
    const stop = metrics.saveSeconds.startTimer();
    const begunAt = performance.now();
    const saving = log.save(lease, projection);
    const workedMs = performance.now() - begunAt;
    await saving;
    stop();
    metrics.changes.inc(projection.changes.length);
    metrics.sessions.set({ partition: lease.partition }, fold.size);
    return workedMs;
  };

  const rest = async (workedMs: number, signal: AbortSignal): Promise<void> => {
    const ms = Math.floor(Math.min(REST.mostMs, REST.times * held * workedMs));
    // What else comes in this turn of the event loop is one step in any case.
    if (ms === 0) await new Promise((resolve) => setImmediate(resolve));
    else await pause(ms, signal);
  };

  /** What comes next, and whether there was no more. */
  const readOn = async (partition: number, checkpoint: Offset, waitMs: number, signal: AbortSignal) => {
    const entries = await log.read(partition, { after: checkpoint, count: BATCH, waitMs, signal });
    const until = performance.now() + CATCH_UP.ms;
    let isAtEnd = entries.length < BATCH;
    for (let reads = 1; !isAtEnd && reads < CATCH_UP.reads && performance.now() < until; reads++) {
      const more = await log.read(partition, { after: entries.at(-1)?.offset ?? checkpoint, count: BATCH });
      for (const entry of more) entries.push(entry);
      isAtEnd = more.length < BATCH;
    }
    return { entries, isAtEnd };
  };

  /** Holds one partition and folds it until the lease is lost or the signal comes. */
  const foldPartition = async (lease: Lease, signal: AbortSignal): Promise<void> => {
    const { partition } = lease;
    const fold = createPartitionFold(await log.load(partition), retentionMs);
    logger.info({ partition, fence: lease.fence, sessions: fold.size, checkpoint: fold.checkpoint }, 'folding');
    // The lease runs by a clock that nobody sets.
    let renewAt = performance.now() + leaseMs / 3;
    let judged: HeardMachines | undefined;
    while (!signal.aborted) {
      const waitMs = Math.max(0, Math.min(renewAt - performance.now(), fold.nextAt() - now(), LOOK_MS));
      const { entries, isAtEnd } = await readOn(partition, fold.checkpoint, waitMs, signal);
      if (performance.now() >= renewAt) {
        const renewed = await log.acquireLease(partition, holder, leaseMs);
        if (renewed?.fence !== lease.fence) throw new FencedOff(lease);
        renewAt = performance.now() + leaseMs / 3;
      }
      let workedMs = 0;
      if (entries.length > 0) {
        const begunAt = performance.now();
        const step = fold.fold(entries, now());
        workedMs = performance.now() - begunAt;
        workedMs += await save(lease, fold, step);
        metrics.events.inc(entries.length);
      }
      const ticked = fold.tick(now(), isAtEnd);
      const { changes, history } = ticked.projection;
      if (changes.length > 0 || history.length > 0) await save(lease, fold, ticked);
      if (machines.heard !== judged) {
        judged = machines.heard;
        const news = fold.machineNews(judged, now());
        if (news.length > 0) await log.append(news);
      }
      metrics.checkpointAt.set({ partition }, now());
      if (isAtEnd && workedMs > 0) await rest(workedMs, signal);
    }
  };

  const runPartition = async (partition: number, signal: AbortSignal): Promise<void> => {
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      try {
        const lease = await acquire(partition, signal);
        if (!lease) return;
        held += 1;
        retryMs = RETRY_MS.first;
        try {
          await foldPartition(lease, signal);
        } finally {
          held -= 1;
          if (signal.aborted) await log.releaseLease(lease, holder);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof FencedOff) logger.warn({ partition }, 'another replica took the partition over');
        else logger.error({ partition, err: error, retryMs }, 'folding stopped, it goes on from the checkpoint');
        await pause(retryMs, signal);
        retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      }
    }
  };

  /** Keeps the log from growing without end. What can't be trimmed now is trimmed next time. */
  const trimNowAndThen = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        const { heldBack } = await log.trim({ olderThan: now() - logAgeMs });
        if (heldBack.length > 0) {
          logger.warn({ partitions: heldBack }, 'events are kept beyond their age: they are not folded yet');
        }
      } catch (error) {
        logger.warn({ err: error }, 'the log could not be trimmed');
      }
      await pause(Math.min(TRIM_MOST_MS, logAgeMs * TRIM_SHARE), signal);
    }
  };

  return {
    /** Runs until the signal; leases are given back then, so that another replica goes on at once. */
    run: async (signal: AbortSignal): Promise<void> => {
      const partitions = Array.from({ length: log.partitions }, (_, partition) => runPartition(partition, signal));
      await Promise.all([...partitions, trimNowAndThen(signal), machines.run(signal)]);
    },
  };
};

/** Versions come from the machines: only what looks like one becomes a label. */
const labelOf = (version: string | null): string => (version && /^\d+\.\d+\.\d+$/.test(version) ? version : 'other');

/** Sleeps `ms`, or until the signal. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
};
