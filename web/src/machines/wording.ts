import type { PrivacyTier } from '@crewboard/contract';
import { counted } from '../ui/counted.ts';
import type { ShownMachine } from './machine-state.ts';
import { versionStanding } from './versions.ts';

/** What leaves a machine, by its tier: a word, and what that is. */
export const TIER_WORDS: Record<PrivacyTier, { name: string; is: string }> = {
  private: { name: 'Nothing', is: 'only how many sessions there are' },
  status: { name: 'Status', is: 'states, tools and durations; no texts, no paths' },
  summary: { name: 'Summary', is: 'titles and short previews, secrets masked' },
  full: { name: 'Full', is: 'prompts and replies, cut to a length, secrets masked' },
};

/** `5 machines · 1 offline`. */
export const machineCounts = (machines: readonly ShownMachine[]): { all: string; offline: string | null } => {
  const offline = machines.filter(({ isOffline }) => isOffline).length;
  return { all: counted(machines.length, 'machine', 'machines'), offline: offline > 0 ? `${offline} offline` : null };
};

export const REVOKE_QUESTION = 'It is cut off at once.';

/** `2 private sessions`. */
export const privateSessionsInWords = (sessions: number): string =>
  counted(sessions, 'private session', 'private sessions');

/** What is wrong with a machine or makes it differ from others, a short sentence each. Empty where all is well. */
export const remarksOn = (
  { isOffline, lag, skew, lamps, privateSessions, agentVersion }: ShownMachine,
  boardVersion: string | null,
): string[] => {
  const standing = versionStanding(agentVersion, boardVersion);
  return [
    standing && `Agent ${agentVersion}: ${[standing.says, standing.command].filter(Boolean).join(' ')}`,
    !isOffline && lag,
    skew && `Clock ${skew}`,
    ...lamps.filter(({ state }) => state === 'warning').map(({ name, says }) => `${name}: ${says}`),
    !isOffline && privateSessions > 0 && privateSessionsInWords(privateSessions),
  ].filter((remark) => typeof remark === 'string');
};
