import { once } from 'node:events';
import type { Logger } from '@crewboard/runtime';
import { boardClient } from './board/client.ts';
import { connectBoard } from './board/connection.ts';
import { type HttpSink, httpSink } from './board/http-sink.ts';
import { findTarget, NotJoined, type Target } from './board/target.ts';
import { credentialsChanged } from './board/watch-credentials.ts';
import { type AgentConfig, networkOf } from './config.ts';
import { agentIdentity } from './owner.ts';
import type { DryRunOptions } from './privacy/dry-run.ts';
import { openJournal } from './privacy/journal.ts';
import { createIngestService } from './service.ts';
import { type EventSink, logSink } from './sink.ts';

export interface AgentOptions {
  logger: Logger;
  signal: AbortSignal;
  /** Waits where this machine has not joined a board (any more), instead of rejecting: nobody is there to read why. */
  waitsToJoin?: boolean;
}

/**
 * The agent as a program of its own: runs until the signal aborts. When the machine joins anew, it goes on with that by itself. Rejects
 * where it cannot start.
 */
export const startAgent = async (config: AgentConfig, options: AgentOptions): Promise<void> => {
  const { logger, signal, waitsToJoin = false } = options;
  let hasRun = false;
  while (!signal.aborted) {
    const changed = untilCredentialsChange(config, signal);
    try {
      const target = await findTarget(config);
      hasRun = true;
      await live(config, target, {
        logger,
        signal: target.kind === 'board' && target.from === 'credentials' ? changed.signal : signal,
      });
    } catch (error) {
      if (!(error instanceof NotJoined) || !(hasRun || waitsToJoin)) throw error;
      logger.warn('this machine has not joined a board (any more): waiting until it joins');
      if (!changed.signal.aborted) await once(changed.signal, 'abort');
    } finally {
      changed.stop();
    }
  }
};

/** A signal that aborts when the credentials change, or the given one aborts. */
const untilCredentialsChange = (
  config: AgentConfig,
  signal: AbortSignal,
): { signal: AbortSignal; stop: () => void } => {
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  credentialsChanged(config.CREWBOARD_DATA_DIR, over.signal).then(stop, () => undefined);
  return {
    signal: over.signal,
    stop: () => {
      signal.removeEventListener('abort', stop);
      stop();
    },
  };
};

/** What an agent reads, and for whom; without a target as one would that has joined nothing yet. */
export const sourcesOf = (config: AgentConfig, target: Target | undefined): DryRunOptions => ({
  ...((target?.kind === 'board' ? target.identity : undefined) ??
    agentIdentity({ machine: config.CREWBOARD_MACHINE, owner: config.CREWBOARD_OWNER })),
  claudeDir: config.CLAUDE_CONFIG_DIR,
  dataDir: config.CREWBOARD_DATA_DIR,
  maxAgeDays: config.CREWBOARD_MAX_AGE_DAYS,
  target: targetName(target),
  defaultTier: config.CREWBOARD_PRIVACY ?? 'summary',
});

/** Names a target in the agent's folder. */
export const targetName = (target: Target | undefined): string => {
  if (target === undefined) return 'none';
  return target.kind === 'board' ? target.machineId : 'log';
};

/** One life of the agent, with one target. */
const live = async (config: AgentConfig, target: Target, { logger, signal }: AgentOptions): Promise<void> => {
  const { sink, repositorySalt, close } = await openSink(config, target, logger);
  const isBoard = target.kind === 'board';
  const { machine, owner, ...sources } = sourcesOf(config, target);
  const identity = { machine, owner };
  const tells = isBoard ? target.url : 'Redis';
  const service = createIngestService({ ...identity, ...sources, tells, repositorySalt, sink, logger });
  let isReady = false;
  void service.boardReady.then(() => {
    isReady = true;
    logger.info(identity, 'all sessions of this machine are told, from now on live');
  });
  const ready = async (): Promise<void> => {
    if (!isReady) throw new Error('the board has not accepted all sessions of this machine yet');
  };
  const port = config.CREWBOARD_AGENT_PORT;
  // A server and its metrics take more memory than all the rest: only where somebody asks for them.
  const health =
    port === undefined
      ? undefined
      : await (await import('./health-port.ts')).openHealthPort({ port, figures: service.figures, ready, logger });
  logger.info({ ...identity, claudeDir: config.CLAUDE_CONFIG_DIR, target: tells }, 'the agent runs');
  try {
    await service.run(signal);
  } finally {
    await health?.close();
    await close();
  }
};

const openSink = async (
  config: AgentConfig,
  target: Target,
  logger: Logger,
): Promise<{ sink: EventSink; repositorySalt?: HttpSink['repositorySalt']; close: () => Promise<void> }> => {
  if (target.kind === 'board') {
    const connection = connectBoard(target.url, networkOf(config, target.caFile));
    const journal = openJournal(config.CREWBOARD_DATA_DIR, target.url, logger);
    const sink = httpSink({ board: boardClient(connection, target.token), logger, onAccepted: journal.note });
    const close = async (): Promise<void> => {
      await connection.close();
      await journal.close();
    };
    return { sink, repositorySalt: sink.repositorySalt, close };
  }
  const partitions = config.CREWBOARD_PARTITIONS;
  // Most agents tell a board: these never load a client for Redis.
  const { openRedisLog } = await import('@crewboard/event-log/redis');
  const log = await openRedisLog({
    url: target.url,
    password: config.REDIS_PASSWORD,
    logger,
    ...(partitions === undefined ? {} : { partitions }),
  });
  return { sink: logSink(log, logger), close: () => log.close() };
};
