import { type AgentConfig, startAgent } from '@crewboard/ingest';
import { createLogger, runUntilSignal } from '@crewboard/runtime';

/** Reports this machine's sessions until the process is told to stop. */
export const runAgent = async (config: AgentConfig): Promise<void> => {
  const logger = createLogger({ name: 'agent', level: config.LOG_LEVEL });
  await runUntilSignal((signal) => startAgent(config, { logger, signal }), logger);
};
