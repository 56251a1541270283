import { agentConfigSchema, startAgent } from '@crewboard/ingest';
import { createLogger, parseConfig, runUntilSignal } from '@crewboard/runtime';

/** `crewboard agent`: reports this machine's sessions to a board elsewhere, until it is told to stop. */
export const agent = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const config = parseConfig(agentConfigSchema, env);
  const logger = createLogger({ name: 'agent', level: config.LOG_LEVEL });
  await runUntilSignal((signal) => startAgent(config, { logger, signal }), logger);
};
