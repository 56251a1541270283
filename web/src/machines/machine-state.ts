import { MACHINE_LOST_MS, type Machine, type PrivacyTier } from '@crewboard/contract';
import { compareText } from '../ui/compare.ts';
import { n, t } from '../words/index.ts';

/** Something that may be seen at a glance and is told in words beside it. */
export interface Lamp {
  name: string;
  state: 'good' | 'warning' | 'off';
  says: string;
}

/** A machine as the page shows it. All times by the clock of the page. */
export interface ShownMachine {
  machine: string;
  owner: string | null;
  isOffline: boolean;
  /** When its last report came. */
  heardAt: number;
  /** When its agent started. */
  startedAt: number;
  /** What has not reached the board yet, in words; null where nothing is known to be missing. */
  lag: string | null;
  agentVersion: string;
  /** Live sessions by the client's version, the newest first. */
  clients: readonly string[];
  lamps: readonly Lamp[];
  /** How far its clock is off, in words; null where that makes no difference, or was never measured. */
  skew: string | null;
  tier: PrivacyTier | null;
  rules: number;
  /** Live sessions of which nothing but their number is known. */
  privateSessions: number;
  hooks: Machine['report']['hooks']['installed'];
  /** What its agent found that a person should look at, by code; the most urgent first. */
  findings: readonly string[];
}

/** Clocks that are less apart than this show the same times to a person, in ms. */
const SKEW_MS = 2_000;

/** `640 B`, `38 KB`, `4.2 MB`. */
export const sizeInWords = (bytes: number): string => {
  if (bytes < 1_000) return `${n(bytes)} B`;
  if (bytes < 999_500) return `${n(Math.round(bytes / 1_000))} KB`;
  return `${n(bytes / 1_000_000, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
};

const hooksLamp = ({ installed, heardAt, unreadable, waiting }: Machine['report']['hooks']): Lamp => {
  const name = t('machines.lamp.hooks');
  switch (installed) {
    case 'yes':
      if (unreadable > 0) return { name, state: 'warning', says: t('machines.says.cannotBeRead', { n: unreadable }) };
      if (waiting > 50) return { name, state: 'warning', says: t('machines.says.wait', { n: waiting }) };
      return { name, state: 'good', says: t(heardAt === null ? 'machines.says.noneHeard' : 'machines.says.installed') };
    case 'partly':
      return { name, state: 'warning', says: t('machines.says.partly') };
    case 'disabled':
      return { name, state: 'warning', says: t('machines.says.disabled') };
    case 'unreadable':
      return { name, state: 'warning', says: t('machines.says.unreadable') };
    case 'no':
      return { name, state: 'off', says: t('machines.says.notInstalled') };
  }
};

const presenceLamp = ({ isKept, live, unreadable }: Machine['report']['presence']): Lamp => {
  const name = t('machines.lamp.presence');
  if (!isKept) return { name, state: 'off', says: t('machines.says.notKept') };
  if (unreadable > 0) return { name, state: 'warning', says: t('machines.says.cannotBeRead', { n: unreadable }) };
  return { name, state: 'good', says: t('machines.says.live', { n: live }) };
};

const transcriptsLamp = ({ transcripts, deadLetters }: Machine['report']): Lamp => {
  const name = t('machines.lamp.transcripts');
  if (deadLetters > 0) {
    return { name, state: 'warning', says: t('machines.says.linesCannotBeRead', { n: deadLetters }) };
  }
  if (transcripts.files === 0) return { name, state: 'off', says: t('machines.says.noneFound') };
  return { name, state: 'good', says: t('machines.says.files', { n: transcripts.files }) };
};

const lagOf = ({ queuedEvents, transcripts }: Machine['report']): string | null => {
  const parts = [
    queuedEvents > 0 && t('machines.eventsToSend', { n: queuedEvents }),
    transcripts.backlogBytes > 0 && t('machines.bytesToRead', { size: sizeInWords(transcripts.backlogBytes) }),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : null;
};

/** `4 s behind`, `3 min ahead`. */
const skewOf = ({ clockSkewMs }: Machine['report']): string | null => {
  if (clockSkewMs === null || Math.abs(clockSkewMs) < SKEW_MS) return null;
  const seconds = Math.round(Math.abs(clockSkewMs) / 1_000);
  const span = seconds < 100 ? `${n(seconds)} s` : `${n(Math.round(seconds / 60))} min`;
  return t(clockSkewMs > 0 ? 'machines.clockBehind' : 'machines.clockAhead', { span });
};

/** `asOf`: when the gateway told of it. What was not heard of since then says nothing: nobody was asked. */
export const shownMachine = ({ report, receivedAt }: Machine, asOf: number): ShownMachine => ({
  machine: report.machine,
  owner: report.owner,
  isOffline: asOf - receivedAt >= MACHINE_LOST_MS,
  heardAt: receivedAt,
  // Of the machine's own times only spans count: its clock is its own.
  startedAt: receivedAt - Math.max(0, report.at - report.startedAt),
  lag: lagOf(report),
  agentVersion: report.agentVersion,
  clients: Object.keys(report.clientVersions).sort((a, b) => compareText(b, a)),
  lamps: [hooksLamp(report.hooks), presenceLamp(report.presence), transcriptsLamp(report)],
  skew: skewOf(report),
  tier: report.privacy?.tier ?? null,
  rules: report.privacy?.rules ?? 0,
  privateSessions: report.privacy?.privateSessions ?? 0,
  hooks: report.hooks.installed,
  findings: report.findings ?? [],
});

/** By person, then by name; those whom nobody named come last. */
export const byPerson = (a: ShownMachine, b: ShownMachine): number =>
  Number(a.owner === null) - Number(b.owner === null) ||
  compareText(a.owner ?? '', b.owner ?? '') ||
  compareText(a.machine, b.machine);

/** How many sessions each person hides now, the most first. A machine that is not heard says nothing of now. */
export const privateSessionsByPerson = (machines: readonly ShownMachine[]): { owner: string; sessions: number }[] => {
  const counts = new Map<string, number>();
  for (const { owner, machine, isOffline, privateSessions } of machines) {
    if (isOffline || privateSessions === 0) continue;
    const name = owner ?? machine;
    counts.set(name, (counts.get(name) ?? 0) + privateSessions);
  }
  return Array.from(counts, ([owner, sessions]) => ({ owner, sessions })).sort(
    (a, b) => b.sessions - a.sessions || compareText(a.owner, b.owner),
  );
};
