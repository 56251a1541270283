import type { SessionEvent } from '@crewboard/contract';

/** What the agent's thread is started with. */
export interface AgentThreadData {
  claudeDir: string;
  dataDir: string;
  machine: string;
  owner: string | null;
  maxAgeDays: number;
  logLevel: string;
}

/** From the agent's thread. The next batch comes after the one before was accepted. */
export type FromAgent = { kind: 'batch'; events: readonly SessionEvent[] } | { kind: 'metrics'; text: string };

/** To the agent's thread. */
export type ToAgent = { kind: 'accepted' } | { kind: 'metrics' } | { kind: 'stop' };
