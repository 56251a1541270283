import type { MachineReport } from '@crewboard/contract';
import { version as agentVersion } from '../../package.json' with { type: 'json' };
import type { HookStats } from '../hooks/spool.ts';
import type { PresenceStats } from '../presence/track.ts';
import { nameOf } from '../privacy/texts.ts';

/** What the agent's parts know of themselves at a moment. */
export interface Senses {
  hooks: HookStats;
  presence: PresenceStats;
  transcripts: MachineReport['transcripts'];
  privacy: NonNullable<MachineReport['privacy']>;
  queuedEvents: number;
  deadLetters: number;
  unknownEntryTypes: ReadonlyMap<string, number>;
}

export interface ReportContext {
  machine: string;
  owner: string | null;
  /** Ms since 1970, as is `at`. */
  startedAt: number;
  at: number;
  clockSkewMs: number | null;
  installed: MachineReport['hooks']['installed'];
}

/** As many names as a tally of the report takes. */
const MOST_NAMES = 50;

/** Pure. */
export const machineReport = (senses: Senses, context: ReportContext): MachineReport => {
  const { machine, owner, startedAt, at, clockSkewMs, installed } = context;
  const { hooks, presence, transcripts, privacy, queuedEvents, deadLetters, unknownEntryTypes } = senses;
  return {
    machine,
    owner,
    agentVersion,
    platform: process.platform,
    startedAt,
    at,
    clockSkewMs,
    hooks: {
      installed,
      heardAt: hooks.heardAt,
      heard: hooks.heard,
      unreadable: hooks.unreadable,
      waiting: hooks.waiting,
    },
    presence: { isKept: presence.isKept, live: presence.live, unreadable: presence.unreadable },
    transcripts,
    privacy,
    queuedEvents,
    deadLetters,
    unknown: {
      entryTypes: mostFrequent(unknownEntryTypes),
      hookNames: mostFrequent(hooks.unknownNames),
      presenceStatuses: mostFrequent(presence.unknownStatuses),
    },
    clientVersions: mostFrequent(presence.clientVersions),
  };
};

const mostFrequent = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_NAMES)
      .map(([name, count]) => [nameOf(name), count]),
  );
