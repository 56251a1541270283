import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AgentConfig } from '@crewboard/ingest';
import { settingsPath } from './kept-settings.ts';
import { appsDir, keeperHere, runSteps } from './system.ts';

/** `crewboard agent --uninstall`: ends the installed agent and takes away what `--install` made. The machine stays joined. A repeat is harmless. */
export const uninstallAgent = async (env: NodeJS.ProcessEnv, config: AgentConfig): Promise<void> => {
  const dataDir = resolve(config.CREWBOARD_DATA_DIR);
  const keeper = keeperHere(env, dataDir);
  const wasInstalled = keeper !== undefined && (await isThere(keeper.path));
  if (wasInstalled) {
    await runSteps(keeper.stop);
    await rm(keeper.path, { force: true });
    await runSteps(keeper.removed);
  }
  await rm(appsDir(dataDir), { recursive: true, force: true });
  await rm(settingsPath(dataDir), { force: true });
  console.log(
    wasInstalled
      ? `Removed ${keeper.what}, and the copy of the agent.`
      : 'The agent is not installed: there is nothing to remove.',
  );
  console.log('This machine stays joined. To forget the board as well: crewboard agent --leave');
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
