import type { Ask, Condition, PullRequest, Session, Subagent } from '@crewboard/contract';
import { aPullRequest, aSession } from '@crewboard/contract/testing';

const HOUR = 3_600_000;

/** What an invented session has more than others. */
export type Told = Partial<
  Omit<Session, 'since' | 'usage' | 'attention' | 'asks' | 'condition' | 'subagents' | 'pullRequest'>
> & {
  /** How long in this status, in ms. */
  for: number;
  tokens?: number;
  usd?: number;
  costBy?: Session['usage']['costBy'];
  /** The longest wait first. `by`: the place of the subagent that asks. */
  asks?: readonly { kind: Ask['kind']; tool?: string; input?: string; for?: number; by?: number }[];
  condition?: [kind: Condition['kind'], says: string];
  agents?: readonly Partial<Subagent>[];
  /** Subjects: done, the one in progress, to do. */
  list?: [done: readonly string[], current: string, open: readonly string[]];
  /** Number and checks: `v` passed, `x` failed, `o` runs. */
  pull?: [number: number, checks: string];
};

const CHECK_NAMES: readonly string[] = ['lint', 'types', 'unit', 'integration', 'test (node 22)', 'browser', 'image'];
const CHECK_STATES: Record<string, PullRequest['checks'][number]['state']> = { v: 'passed', x: 'failed', o: 'pending' };

const pullRequestOf = (repository: string, [number, checks]: [number, string], seenAt: number): PullRequest =>
  aPullRequest({
    url: `https://github.com/${repository}/pull/${number}`,
    number,
    repository,
    seenAt,
    checks: [...checks].map((check, index) => ({
      name: CHECK_NAMES[index] ?? `check ${index}`,
      state: CHECK_STATES[check] ?? 'pending',
      url: null,
    })),
  });

const SAYS: Record<Session['status'], string> = {
  working: 'The client says it is busy',
  waiting_for_approval: 'The client says it is waiting for “permission prompt”',
  waiting_for_input: 'The client says it is idle',
  idle: 'The client says it is idle',
};

const anAgent = (index: number, since: number): Subagent => ({
  agentId: `agent-${index}`,
  type: 'Explore',
  description: null,
  status: 'working',
  since,
  now: null,
  isBackground: false,
});

const tasksOf = (done: readonly string[], current: string, open: readonly string[]): Session['tasks'] => {
  const subjects = [...done, current, ...open];
  return subjects.map((subject, index) => ({
    id: `${index + 1}`,
    subject,
    status: index < done.length ? 'completed' : index === done.length ? 'in_progress' : 'pending',
  }));
};

/** Makes sessions `lively-1`, `lively-2` and so on, as they are at `now` (ms since 1970). */
export const createTeller = (now: number): ((all: Told) => Session) => {
  let count = 0;
  return (all) => {
    const { for: span, tokens = 0, usd, costBy, asks = [], condition, agents = [], list, pull, ...told } = all;
    count += 1;
    const since = now - span;
    const subagents = agents.map((agent, index) => ({ ...anAgent(index, since), ...agent }));
    const open = asks.map(({ kind, tool = null, input = null, by, ...ask }, index): Ask => {
      const agentId = by === undefined ? null : (subagents[by]?.agentId ?? null);
      return { id: `ask-${count}-${index}`, kind, tool, input, since: now - (ask.for ?? span), agentId };
    });
    const repo = told.repo ?? 'acme/widgets';
    return aSession({
      sessionId: `lively-${count}`,
      since,
      lastActivityAt: since,
      startedAt: since - HOUR,
      evidence: { source: 'presence', says: SAYS[told.status ?? 'working'], at: since, inferred: false },
      attention: open[0] ?? null,
      asks: open,
      condition: condition ? { kind: condition[0], says: condition[1], since } : null,
      subagents,
      tasks: list ? tasksOf(...list) : null,
      now: null,
      pullRequest: pull ? pullRequestOf(repo, pull, now - 20_000) : null,
      usage: {
        tokens: {},
        costUsd: usd ?? null,
        costBy: usd === undefined ? null : (costBy ?? 'client'),
        contextTokens: tokens,
        contextWindow: 1_000_000,
        linesAdded: 214,
        linesRemoved: 38,
      },
      ...told,
    });
  };
};
