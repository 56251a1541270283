import { createLogger, parseConfig } from '@crewboard/runtime';
import { openLog } from './log.ts';
import { settingsSchema } from './settings.ts';

/**
 * `crewboard rebuild`: forgets the board. Whoever folds (the status service of a team, the next `crewboard up`) begins at the
 * log's first event again and ends with the same cards; pages that are open get the new board by themselves.
 */
export const rebuild = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const settings = parseConfig(settingsSchema, env);
  const log = await openLog(settings, createLogger({ name: 'crewboard', level: settings.LOG_LEVEL }));
  try {
    await log.resetBoard();
  } finally {
    await log.close();
  }
  console.log(
    settings.REDIS_URL
      ? 'The board is forgotten; the status service folds the log again now.'
      : 'The board is forgotten; it is folded again at the next start.',
  );
};
