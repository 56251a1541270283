import { join } from 'node:path';
import type { EventLog } from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import type { Logger } from '@crewboard/runtime';
import { makeDataFolder } from './data-folder.ts';
import type { Settings } from './settings.ts';

/** Where the log and the records of a board of one's own are, each a store in a folder. */
export const storesIn = (dataDir: string) => ({ log: join(dataDir, 'log'), records: join(dataDir, 'records') });

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
  makeDataFolder(settings.CREWBOARD_DATA_DIR);
  const { openEmbeddedLog } = await import('@crewboard/event-log/embedded');
  const { log, records } = storesIn(settings.CREWBOARD_DATA_DIR);
  return openEmbeddedLog({ dir: log, beside: [records] });
};

/** The records of that board, kept beside its log. In a data folder several processes may have them open at once. */
export const openRecords = async (settings: Settings, logger: Logger): Promise<Records> => {
  if (settings.REDIS_URL) {
    const { openRedisRecords } = await import('@crewboard/records/redis');
    return openRedisRecords({ url: settings.REDIS_URL, password: settings.REDIS_PASSWORD, logger });
  }
  makeDataFolder(settings.CREWBOARD_DATA_DIR);
  const { openEmbeddedRecords } = await import('@crewboard/records/embedded');
  return openEmbeddedRecords({ dir: storesIn(settings.CREWBOARD_DATA_DIR).records });
};
