import { openRedisLog } from '@crewboard/event-log';
import { createMetrics, type Logger, startHealthServer } from '@crewboard/runtime';
import type { AgentConfig } from './config.ts';
import { httpSink } from './http-sink.ts';
import { agentIdentity } from './owner.ts';
import { createIngestService } from './service.ts';
import { type EventSink, logSink } from './sink.ts';

/** The agent as a program of its own: runs until the signal aborts. Rejects where it cannot start. */
export const startAgent = async (
  config: AgentConfig,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<void> => {
  const registry = createMetrics();
  const { sink, close, target } = await openSink(config, logger);
  const identity = agentIdentity({ machine: config.CREWBOARD_MACHINE, owner: config.CREWBOARD_OWNER });
  const service = createIngestService({
    ...identity,
    claudeDir: config.CLAUDE_CONFIG_DIR,
    dataDir: config.CREWBOARD_DATA_DIR,
    maxAgeDays: config.CREWBOARD_MAX_AGE_DAYS,
    sink,
    logger,
    registry,
  });
  let isReady = false;
  void service.boardReady.then(() => {
    isReady = true;
    logger.info(identity, 'all sessions of this machine are told, from now on live');
  });
  const ready = async (): Promise<void> => {
    if (!isReady) throw new Error('the board has not accepted all sessions of this machine yet');
  };
  const port = config.CREWBOARD_AGENT_PORT;
  const health =
    port === undefined ? undefined : await startHealthServer({ host: '127.0.0.1', port, registry, ready, logger });
  logger.info({ ...identity, claudeDir: config.CLAUDE_CONFIG_DIR, target }, 'the agent runs');
  try {
    await service.run(signal);
  } finally {
    await health?.close();
    await close();
  }
};

const openSink = async (
  config: AgentConfig,
  logger: Logger,
): Promise<{ sink: EventSink; close: () => Promise<void>; target: string }> => {
  const { CREWBOARD_URL: url, CREWBOARD_INGEST_TOKEN: token, REDIS_URL: redisUrl } = config;
  if (url && token) return { sink: httpSink({ url, token, logger }), close: async () => undefined, target: url };
  if (!redisUrl) throw new Error('neither CREWBOARD_URL nor REDIS_URL is set');
  const partitions = config.CREWBOARD_PARTITIONS;
  const log = await openRedisLog({ url: redisUrl, logger, ...(partitions === undefined ? {} : { partitions }) });
  return { sink: logSink(log, logger), close: () => log.close(), target: 'redis' };
};
