import { t } from '../words/index.ts';
import type { ShownMachine } from './machine-state.ts';
import { versionStanding } from './versions.ts';

/** `5 machines · 1 offline`. */
export const machineCounts = (machines: readonly ShownMachine[]): { all: string; offline: string | null } => {
  const offline = machines.filter(({ isOffline }) => isOffline).length;
  return {
    all: t('machines.count', { n: machines.length }),
    offline: offline > 0 ? t('machines.offlineCount', { n: offline }) : null,
  };
};

/** `2 private sessions`. */
export const privateSessionsInWords = (sessions: number): string => t('board.private.count', { n: sessions });

/** What is wrong with a machine or makes it differ from others, a short sentence each. Empty where all is well. */
export const remarksOn = (
  { isOffline, lag, skew, lamps, privateSessions, agentVersion }: ShownMachine,
  boardVersion: string | null,
): string[] => {
  const standing = versionStanding(agentVersion, boardVersion);
  return [
    standing &&
      t('machines.agentSays', {
        version: agentVersion,
        says: [standing.says, standing.command].filter(Boolean).join(' '),
      }),
    !isOffline && lag,
    skew && t('machines.clock', { skew }),
    ...lamps.filter(({ state }) => state === 'warning').map(({ name, says }) => `${name}: ${says}`),
    !isOffline && privateSessions > 0 && privateSessionsInWords(privateSessions),
  ].filter((remark) => typeof remark === 'string');
};
