import { createLogger, parseConfig, runUntilSignal } from '@crewboard/runtime';
import { agentConfigSchema } from './config.ts';
import { keepMemorySmall, startFast } from './engine.ts';

startFast();
keepMemorySmall();
const { startAgent } = await import('./agent.ts');

const config = parseConfig(agentConfigSchema, process.env);
const logger = createLogger({ name: 'agent', level: config.LOG_LEVEL });
await runUntilSignal((signal) => startAgent(config, { logger, signal }), logger);
