import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openRedisLog } from '@crewboard/event-log';
import { createLogger, createMetrics, parseConfig, runUntilSignal, startHealthServer } from '@crewboard/runtime';
import { statusConfigSchema } from './config.ts';
import { createStatusMetrics } from './metrics.ts';
import { createStatusService } from './service.ts';

const DAY_MS = 24 * 3_600_000;

const config = parseConfig(statusConfigSchema, process.env);
const logger = createLogger({ name: 'status', level: config.LOG_LEVEL });
const registry = createMetrics();
const redis = { url: config.REDIS_URL, password: config.REDIS_PASSWORD, logger };
const log = await openRedisLog({ ...redis, partitions: config.CREWBOARD_PARTITIONS });
const service = createStatusService({
  log,
  holder: `${hostname()}:${process.pid}:${randomUUID()}`,
  logger,
  metrics: createStatusMetrics(registry),
  retentionMs: config.CREWBOARD_RETENTION_DAYS * DAY_MS,
  logAgeMs: config.CREWBOARD_LOG_DAYS * DAY_MS,
});
const health = await startHealthServer({
  host: config.HEALTH_HOST,
  port: config.HEALTH_PORT,
  registry,
  ready: () => log.check(),
  logger,
});
await runUntilSignal((signal) => service.run(signal), logger);
await health.close();
await log.close();
