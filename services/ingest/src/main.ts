import { createLogger, parseConfig, runUntilSignal } from '@crewboard/runtime';
import { startAgent } from './agent.ts';
import { agentConfigSchema } from './config.ts';
import { keepNurserySmall } from './small-nursery.ts';

keepNurserySmall();

const config = parseConfig(agentConfigSchema, process.env);
const logger = createLogger({ name: 'agent', level: config.LOG_LEVEL });
await runUntilSignal((signal) => startAgent(config, { logger, signal }), logger);
