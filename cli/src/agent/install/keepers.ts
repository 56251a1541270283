import type { Keeper, KeeperContext } from './keeper.ts';
import { launchdKeeper } from './launchd.ts';
import { systemdKeeper } from './systemd.ts';
import { taskKeeper } from './task.ts';

/** What keeps a program running on a system; `undefined` for a system that nobody has taught us. */
export const keeperFor = (platform: NodeJS.Platform, context: KeeperContext): Keeper | undefined => {
  switch (platform) {
    case 'linux':
      return systemdKeeper(context);
    case 'darwin':
      return launchdKeeper(context);
    case 'win32':
      return taskKeeper(context);
    default:
      return undefined;
  }
};
