import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '@crewboard/runtime';

/** Makes the data folder where there is none. Throws {@link ConfigError} where this account can't keep anything in it. */
export const makeDataFolder = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new ConfigError(
      `Nothing can be kept in ${resolve(dataDir)}${code}: it has to be a folder that this account may write in. ` +
        'CREWBOARD_DATA_DIR names another.',
      { cause: error },
    );
  }
};
