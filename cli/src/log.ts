import { join } from 'node:path';
import type { Access } from '@crewboard/access';
import type { EventLog } from '@crewboard/event-log';
import type { Logger } from '@crewboard/runtime';
import type { Settings } from './settings.ts';

/** The log that the settings name: Redis where there is a URL, else the embedded one in the data folder. Loads only that backend. */
export const openLog = async (settings: Settings, logger: Logger): Promise<EventLog> => {
  if (settings.REDIS_URL) {
    const { openRedisLog } = await import('@crewboard/event-log/redis');
    return openRedisLog({
      url: settings.REDIS_URL,
      password: settings.REDIS_PASSWORD,
      partitions: settings.CREWBOARD_PARTITIONS,
      logger,
    });
  }
  const { openEmbeddedLog } = await import('@crewboard/event-log/embedded');
  return openEmbeddedLog({ dir: join(settings.CREWBOARD_DATA_DIR, 'log') });
};

/** Who may do what on that board, kept beside its log. In a data folder several processes may have it open at once. */
export const openAccess = async (settings: Settings, logger: Logger): Promise<Access> => {
  if (settings.REDIS_URL) {
    const { openRedisAccess } = await import('@crewboard/access/redis');
    return openRedisAccess({ url: settings.REDIS_URL, password: settings.REDIS_PASSWORD, logger });
  }
  const { openEmbeddedAccess } = await import('@crewboard/access/embedded');
  return openEmbeddedAccess({ dir: join(settings.CREWBOARD_DATA_DIR, 'records') });
};
