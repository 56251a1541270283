import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createAccess } from '@crewboard/access';
import { openRedisLog } from '@crewboard/event-log';
import { openRedisRecords } from '@crewboard/records/redis';
import { createLogger, createMetrics, parseConfig, runUntilSignal } from '@crewboard/runtime';
import { doorOptions, gatewayConfigSchema } from './config.ts';
import { createGateway } from './gateway.ts';

const config = parseConfig(gatewayConfigSchema, process.env);
const logger = createLogger({ name: 'gateway', level: config.LOG_LEVEL });
const redis = { url: config.REDIS_URL, password: config.REDIS_PASSWORD, logger };
const log = await openRedisLog({ ...redis, partitions: config.CREWBOARD_PARTITIONS });
const records = await openRedisRecords(redis);
await runUntilSignal(async (signal) => {
  const gateway = await createGateway({
    log,
    access: createAccess(records),
    records,
    logger,
    registry: createMetrics(),
    // The build puts the page beside the folder of the bundled services.
    webDir: config.CREWBOARD_WEB_DIR ?? fileURLToPath(new URL('../web', import.meta.url)),
    ...doorOptions(config, 'me'),
  });
  logger.info({ url: gateway.url }, 'listening');
  if (!signal.aborted) await once(signal, 'abort');
  await gateway.close();
}, logger);
await records.close();
await log.close();
