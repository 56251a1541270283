import type { Ask, Session } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';

/** An ask with sensible defaults; a test spells out only what it is about. */
export const anAsk = (overrides: Partial<Ask> = {}): Ask => ({
  id: 'ask-1',
  kind: 'permission',
  tool: 'Bash',
  input: 'git push',
  since: T0,
  agentId: null,
  ...overrides,
});

/** What a session that asks has more than others. */
export const asking = (...asks: Ask[]): Pick<Session, 'status' | 'attention' | 'asks'> => ({
  status: 'waiting_for_approval',
  attention: asks[0] ?? null,
  asks,
});

/** Usage with sensible defaults. */
export const usageOf = (overrides: Partial<Session['usage']>): Session['usage'] => ({
  tokens: {},
  costUsd: null,
  costBy: null,
  contextTokens: 0,
  contextWindow: null,
  linesAdded: 0,
  linesRemoved: 0,
  ...overrides,
});
