import { compatibilityOf } from '@crewboard/contract';

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
      return { says: 'one version older than the board, works', command: null, isBad: false };
    case 'newer':
      return { says: 'one version newer than the board, works', command: null, isBad: false };
    case 'too_old':
      return { says: 'too old for the board: update it with', command, isBad: true };
    case 'too_new':
      return { says: 'too new for the board: update the board, or run', command, isBad: true };
    case 'unknown':
      return { says: 'a version that the board does not know', command: null, isBad: true };
  }
};
