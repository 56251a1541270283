import { compatibilityOf } from '@crewboard/contract';
import { t } from '../words/index.ts';

/** How an agent's version stands to the board's, in words. */
export interface VersionStanding {
  says: string;
  /** What to do about it; null where it works as it is. */
  command: string | null;
  isBad: boolean;
}

/** Null where they are of one version, or the board's is not known. */
export const versionStanding = (agentVersion: string, boardVersion: string | null): VersionStanding | null => {
  if (boardVersion === null) return null;
  const command = `npx crewboard@${boardVersion} agent`;
  switch (compatibilityOf(agentVersion, boardVersion)) {
    case 'same':
      return null;
    case 'older':
      return { says: t('machines.version.older'), command: null, isBad: false };
    case 'newer':
      return { says: t('machines.version.newer'), command: null, isBad: false };
    case 'too_old':
      return { says: t('machines.version.too_old'), command, isBad: true };
    case 'too_new':
      return { says: t('machines.version.too_new'), command, isBad: true };
    case 'unknown':
      return { says: t('machines.version.unknown'), command: null, isBad: true };
  }
};
