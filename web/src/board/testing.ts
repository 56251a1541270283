import type { Ask, Session, Subagent } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';
import { ref } from 'vue';
import type { BoardLinks } from './board-links.ts';

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

/** A subagent with sensible defaults. */
export const anAgent = (overrides: Partial<Subagent> = {}): Subagent => ({
  agentId: 'agent-1',
  type: 'Explore',
  description: 'Find the reader',
  status: 'working',
  since: T0,
  now: 'Reading src/tail.ts',
  isBackground: false,
  ...overrides,
});

/** Links that note where they were asked to lead. `names`: what is on the board; `several`: who is on more than one machine. */
export const notedLinks = (
  names: Record<string, string> = {},
  several: readonly string[] = [],
  isDense = false,
): BoardLinks & { asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    openId: ref(null),
    toggleDetails: (sessionId) => void asked.push(`details of ${sessionId}`),
    show: (sessionId) => void asked.push(`show ${sessionId}`),
    isStop: () => true,
    wantedId: ref(null),
    nameOf: (sessionId) => names[sessionId] ?? null,
    isOnSeveralMachines: (owner) => several.includes(owner),
    isDense: ref(isDense),
  };
};
