import { openRedisLog } from '@crewboard/event-log';
import { openRedisRecords } from '@crewboard/records/redis';
import { createLogger, createMetrics, parseConfig, runUntilSignal, startHealthServer } from '@crewboard/runtime';
import { enricherConfigSchema } from './config.ts';
import { runEnricher } from './start.ts';

const config = parseConfig(enricherConfigSchema, process.env);
const logger = createLogger({ name: 'enricher', level: config.LOG_LEVEL });
const registry = createMetrics();
const redis = { url: config.REDIS_URL, password: config.REDIS_PASSWORD, logger };
const log = await openRedisLog({ ...redis, partitions: config.CREWBOARD_PARTITIONS });
const records = await openRedisRecords(redis);
const health = await startHealthServer({
  host: config.HEALTH_HOST,
  port: config.HEALTH_PORT,
  registry,
  ready: () => log.check(),
  logger,
});
await runUntilSignal((signal) => runEnricher({ log, records, settings: config, logger, registry }, signal), logger);
await health.close();
await records.close();
await log.close();
