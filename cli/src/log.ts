import { join } from 'node:path';
import { type EventLog, openEmbeddedLog, openRedisLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { Settings } from './settings.ts';

/** The log that the settings name: Redis where there is a URL, else the embedded one in the data folder. */
export const openLog = (settings: Settings, logger: Logger): Promise<EventLog> =>
  settings.REDIS_URL
    ? openRedisLog({ url: settings.REDIS_URL, partitions: settings.CREWBOARD_PARTITIONS, logger })
    : openEmbeddedLog({ dir: join(settings.CREWBOARD_DATA_DIR, 'log') });
