import { openRedisLog } from '@crewboard/event-log';
import { createLogger, createMetrics, parseConfig, runUntilSignal, startHealthServer } from '@crewboard/runtime';
import { enricherConfigSchema } from './config.ts';
import { createEnricher } from './service.ts';

const config = parseConfig(enricherConfigSchema, process.env);
const logger = createLogger({ name: 'enricher', level: config.LOG_LEVEL });
const redis = { url: config.REDIS_URL, password: config.REDIS_PASSWORD, logger };
const log = await openRedisLog({ ...redis, partitions: config.CREWBOARD_PARTITIONS });
const health = await startHealthServer({
  host: config.HEALTH_HOST,
  port: config.HEALTH_PORT,
  registry: createMetrics(),
  ready: () => log.check(),
  logger,
});
await runUntilSignal((signal) => createEnricher({ logger }).run(signal), logger);
await health.close();
await log.close();
