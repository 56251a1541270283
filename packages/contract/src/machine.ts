import { z } from 'zod';

const count = z.number().int().nonnegative();
const epochMs = z.number().int().nonnegative();
const name = z.string().max(200);
/** Names that were seen, each with how often. At most 50. */
const tally = z.record(name, count).refine((counts) => Object.keys(counts).length <= 50, 'more than 50 names');

/** How much of a session leaves its machine, from the least to the most. `private`: that there is one more session, no more. */
export const PRIVACY_TIERS = ['private', 'status', 'summary', 'full'] as const;
export const privacyTierSchema = z.enum(PRIVACY_TIERS);
export type PrivacyTier = z.infer<typeof privacyTierSchema>;

/**
 * What `crewboard doctor` would warn of on a machine, by code: no path and no name of it leaves the machine with them. The page has
 * words for each.
 */
export const FINDINGS = [
  /** The client's folder is not there, or may not be read: nothing is seen. */
  'claude_folder_missing',
  'claude_folder_unreadable',
  /** A client that does not say what it waits for. */
  'client_old',
  'presence_unreadable',
  'hooks_unreadable',
  'hooks_disabled',
  'hooks_partly',
  /** They are installed, and say nothing although a session is at work. */
  'hooks_silent',
  /** Other accounts of the machine can read what hooks leave, or the machine's token. */
  'spool_open',
  'token_open',
  /** More than a catch-up after a start: the board does not take what is sent, or the machine can't keep up. */
  'backlog',
  'queue',
  'lines_unreadable',
  'clock_off',
] as const;
export type Finding = (typeof FINDINGS)[number];
const findings = z.array(z.string().regex(/^[a-z_]{1,40}$/)).max(FINDINGS.length * 2);

/** How an agent and its senses fare: what it tells of itself every few seconds. Nothing in it comes from a session's content. */
export const machineReportSchema = z.object({
  machine: name.min(1),
  owner: name.nullable(),
  agentVersion: name,
  platform: name,
  /** When the agent started, and when it made this report: the machine's clock. */
  startedAt: epochMs,
  at: epochMs,
  /** The board's clock minus the machine's, as far as it could be measured; null before the first answer. */
  clockSkewMs: z.number().int().nullable(),
  hooks: z.object({
    /** Whether the user's settings name our hook. */
    installed: z.enum(['yes', 'partly', 'no', 'disabled', 'unreadable']),
    /** When the last payload was made; null where none ever came. */
    heardAt: epochMs.nullable(),
    heard: count,
    unreadable: count,
    /** Payloads that wait in the spool. */
    waiting: count,
  }),
  presence: z.object({
    /** False where this client keeps no presence files. */
    isKept: z.boolean(),
    live: count,
    /** Files that could not be read for longer than a moment. */
    unreadable: count,
  }),
  transcripts: z.object({ files: count, backlogBytes: count, lastReadAt: epochMs.nullable() }),
  /** What leaves the machine. Absent from agents that are older than privacy tiers: those send previews. */
  privacy: z
    .object({
      /** What holds where no rule says otherwise. */
      tier: privacyTierSchema,
      /** How many rules for single repositories and paths there are. */
      rules: count,
      /** Live sessions of which nothing but their number leaves. */
      privateSessions: count,
    })
    .optional(),
  /** Events that wait for the board. */
  queuedEvents: count,
  deadLetters: count,
  /** What the client wrote and nobody here knows. Counted, never an error. */
  unknown: z.object({ entryTypes: tally, hookNames: tally, presenceStatuses: tally }),
  /** Live sessions by the client's version. */
  clientVersions: tally,
  /** {@link FINDINGS}; of a newer agent some that are not known here. Absent from agents that are older than they are. */
  findings: findings.optional(),
});
export type MachineReport = z.infer<typeof machineReportSchema>;

/** So many names that a machine had before are remembered. */
export const FORMER_NAMES_MAX = 10;

/** A machine as the board knows it: its last report, and when that came by the board's clock. */
export const machineSchema = z.object({
  report: machineReportSchema,
  receivedAt: epochMs,
  /** What it was called before it joined again under another name: its older sessions say so still. */
  formerNames: z.array(name.min(1)).max(FORMER_NAMES_MAX).optional(),
});
export type Machine = z.infer<typeof machineSchema>;

/** GET /api/machines. `now` is the board's clock: what `receivedAt` is told apart by, whatever the clock of who asks says. */
export const machinesSchema = z.object({ now: epochMs, machines: z.array(machineSchema) });
export type Machines = z.infer<typeof machinesSchema>;

/** An agent reports so often, in ms. */
export const MACHINE_REPORT_MS = 5_000;
/** A machine that was silent for so long is offline, in ms: one report may get lost. */
export const MACHINE_LOST_MS = 12_000;
