import type { MachineReport } from '@crewboard/contract';
import { aMachineReport } from '@crewboard/contract/testing';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The machines of the lively board at `now` (ms since 1970): most are well, and some are not in their own ways. */
export const livelyMachines = (now: number): MachineReport[] => {
  const report = (machine: string, owner: string, upFor: number, told: Partial<MachineReport> = {}): MachineReport =>
    aMachineReport({
      machine,
      owner,
      startedAt: now - upFor,
      at: now,
      clockSkewMs: 120,
      privacy: { tier: 'summary', rules: 0, privateSessions: 0 },
      ...told,
    });
  const { hooks, presence } = aMachineReport();
  return [
    report('ar-fw13', 'Amira Rahman', 7 * HOUR, { privacy: { tier: 'summary', rules: 2, privateSessions: 2 } }),
    report('devbox-2', 'Mika Korhonen', 52 * HOUR, {
      queuedEvents: 128,
      transcripts: { files: 212, backlogBytes: 3_200_000, lastReadAt: now },
    }),
    report('lb-mbp', 'Lena Berg', 3 * HOUR, { platform: 'darwin' }),
    report('mk-xps', 'Mika Korhonen', 4 * HOUR, {
      hooks: { ...hooks, installed: 'partly' },
      clockSkewMs: 94_000,
    }),
    report('tn-mini', 'Tove Nyström', 26 * HOUR, {
      platform: 'darwin',
      hooks: { ...hooks, installed: 'no', heardAt: null },
      presence: { ...presence, isKept: false, live: 0 },
      clientVersions: { '2.0.14': 1 },
      privacy: { tier: 'status', rules: 0, privateSessions: 0 },
    }),
  ];
};

/** The one that is not heard any more. */
export const silentMachine = (now: number): MachineReport =>
  aMachineReport({
    machine: 'js-air',
    owner: 'Jonas Sá',
    platform: 'darwin',
    startedAt: now - 9 * HOUR,
    at: now,
    privacy: { tier: 'full', rules: 0, privateSessions: 0 },
  });
/** How long it was silent, in ms. */
export const SILENT_MS = 22 * MINUTE;
