import { join } from 'node:path';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { Settings } from './settings.ts';

/** The log that the settings name: Redis where there is a URL, else the embedded one in the data folder. Loads only that backend. */
export const openLog = async (settings: Settings, logger: Logger): Promise<EventLog> => {
  if (settings.REDIS_URL) {
    const { openRedisLog } = await import('@crewboard/event-log/redis');
    return openRedisLog({ url: settings.REDIS_URL, partitions: settings.CREWBOARD_PARTITIONS, logger });
  }
  const { openEmbeddedLog } = await import('@crewboard/event-log/embedded');
  return openEmbeddedLog({ dir: join(settings.CREWBOARD_DATA_DIR, 'log') });
};
