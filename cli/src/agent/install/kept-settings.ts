import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AgentConfig, writePrivately } from '@crewboard/ingest';
import { ConfigError } from '@crewboard/runtime';
import { z } from 'zod';

/** What an installed agent is to find as it was when it was installed. */
const KEPT = /^(CREWBOARD_[A-Z_]+|LOG_LEVEL|(HTTPS?|NO)_PROXY|(https?|no)_proxy)$/;
/** Whom it tells stands in the credentials: a machine that joins anew changes those alone. */
const NEVER: readonly string[] = ['CREWBOARD_URL', 'CREWBOARD_TOKEN', 'CREWBOARD_TOKEN_FILE', 'CREWBOARD_URL_FILE'];
const PATHS: readonly string[] = ['CREWBOARD_CA_FILE', 'NODE_EXTRA_CA_CERTS'];

const settingsSchema = z.record(z.string(), z.string());
export type KeptSettings = z.infer<typeof settingsSchema>;

export const settingsPath = (dataDir: string): string => join(resolve(dataDir), 'agent', 'settings.json');

/** Pure but for where relative paths begin. A proxy's address may hold a password: the file is for this account only. */
export const keptSettings = (env: NodeJS.ProcessEnv, config: AgentConfig): KeptSettings => {
  const kept: KeptSettings = {
    CREWBOARD_DATA_DIR: resolve(config.CREWBOARD_DATA_DIR),
    CLAUDE_CONFIG_DIR: resolve(config.CLAUDE_CONFIG_DIR),
  };
  for (const [name, value] of Object.entries(env)) {
    if (value && KEPT.test(name) && !NEVER.includes(name) && !(name in kept)) kept[name] = value;
  }
  for (const name of PATHS) {
    const path = env[name];
    if (path) kept[name] = resolve(path);
  }
  return kept;
};

export const saveSettings = (dataDir: string, settings: KeptSettings): Promise<void> =>
  writePrivately(settingsPath(dataDir), `${JSON.stringify(settings, null, 2)}\n`);

/** Throws {@link ConfigError} where it cannot be read. */
export const readSettings = (path: string): KeptSettings => {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new ConfigError(`${path} cannot be read. Install the agent again: crewboard agent --install`, {
      cause: error,
    });
  }
};
