import type { MachineReport } from '@crewboard/contract';
import type { EventText } from '@crewboard/event-log';
import type { IngestFigures } from '@crewboard/ingest';

/** What the agent's thread is started with. */
export interface AgentThreadData {
  claudeDir: string;
  dataDir: string;
  machine: string;
  owner: string | null;
  maxAgeDays: number;
  /** Whom it tells, for people. */
  tells: string;
  defaultTier: 'status' | 'summary' | 'full';
  logLevel: string;
}

/**
 * From the agent's thread. Batches may come before those before them are accepted; reports wait for nothing. Events come as the log
 * keeps them: to copy them as objects and make a text of each would be a tenth of what the other thread has to do for them.
 */
export type FromAgent =
  | { kind: 'batch'; number: number; events: readonly EventText[] }
  | { kind: 'report'; number: number; report: MachineReport }
  | { kind: 'figures'; figures: IngestFigures };

/** To the agent's thread. */
export type ToAgent =
  | { kind: 'accepted'; number: number }
  | { kind: 'reported'; number: number; isTaken: boolean }
  | { kind: 'figures' }
  | { kind: 'stop' };
