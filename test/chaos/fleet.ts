// Many agents in one process, each as it is on a machine of its own: two cores can't carry twenty processes and a board.
import { readFileSync } from 'node:fs';
import { agentConfigSchema, startAgent } from '@crewboard/ingest';
import { createLogger, runUntilSignal } from '@crewboard/runtime';
import { z } from 'zod';

const [, , file = ''] = process.argv;
const environments = z.array(z.record(z.string(), z.string())).parse(JSON.parse(readFileSync(file, 'utf8')));
const logger = createLogger({ name: 'fleet', level: 'warn' });
await runUntilSignal(async (signal) => {
  await Promise.all(environments.map((env) => startAgent(agentConfigSchema.parse(env), { logger, signal })));
}, logger);
