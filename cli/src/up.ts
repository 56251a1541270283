import { isForOthers } from '@crewboard/gateway/settings';
import { AlreadyRuns, agentIdentity, runningAgent } from '@crewboard/ingest';
import { ConfigError, parseConfig } from '@crewboard/runtime';
import { startAgentThread } from './agent-thread/thread.ts';
import { makeDataFolder } from './data-folder.ts';
import { ownAddress } from './own-address.ts';
import { boardSettingsSchema } from './settings.ts';

/** `crewboard up` and `npm start`: agent, fold and gateway in one process, on this machine's own sessions. */
export const up = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const settings = parseConfig(boardSettingsSchema, env);
  const identity = agentIdentity({ machine: settings.CREWBOARD_MACHINE, owner: settings.CREWBOARD_OWNER });
  const { CREWBOARD_DATA_DIR: dataDir } = settings;
  makeDataFolder(dataDir);
  const tells = ownAddress(settings);
  const other = await runningAgent(dataDir);
  if (other?.tells === tells) throw new ConfigError(`Crewboard runs already: open ${tells} (process ${other.pid}).`);
  if (other) throw new AlreadyRuns(other, dataDir);
  const agent = startAgentThread({
    claudeDir: settings.CLAUDE_CONFIG_DIR,
    dataDir,
    tells,
    ...identity,
    maxAgeDays: settings.CREWBOARD_MAX_AGE_DAYS,
    // What others see of this machine's sessions is what would leave it.
    defaultTier: settings.CREWBOARD_PRIVACY ?? (isForOthers(settings) ? 'summary' : 'full'),
    logLevel: settings.LOG_LEVEL,
  });
  try {
    // The agent reads while the board is still being loaded.
    const { serveOwnBoard } = await import('./own-board.ts');
    await serveOwnBoard(settings, identity.owner ?? 'me', agent);
  } finally {
    await agent.close();
  }
};
