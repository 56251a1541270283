import { type Card, contextWindowOf, estimateUsd, type Usage } from '@crewboard/contract';
import { isHeadless } from './asks.ts';
import { backgroundShells } from './condition.ts';
import { decide } from './decide.ts';
import { passTime } from './evolve.ts';
import type { SessionState } from './state.ts';
import { subagentsOf } from './subagents.ts';
import { standingClaim } from './views/claim.ts';
import type { Facts } from './views/facts.ts';
import { headProcess, type Process } from './views/processes.ts';
import { wholeTurn } from './views/transcript.ts';
import { doing, firstLine } from './wording.ts';

/**
 * The card of a session at `now`, and when time alone may change it. Applies the time-outs that are due, so
 * `advance(state, later)` never depends on how often it was called before: replaying the events gives the same card.
 * A `now` before the last event counts as that event's time.
 */
export const advance = (before: SessionState, now: number): { card: Card; nextAt: number | null } => {
  const at = Math.max(now, before.clock);
  const { state } = passTime(before, at);
  const decision = decide(state, at);
  const live = headProcess(state.processes);
  const since = state.shown?.status === decision.status ? state.shown.since : decision.since;
  const isAtWork = decision.status === 'working' || decision.status === 'waiting_for_approval';
  const card: Card = {
    sessionId: state.sessionId,
    ended: decision.ended,
    quietSince: decision.quietSince,
    asks: decision.asks,
    condition: decision.condition,
    evidence: decision.evidence,
    disagreement: decision.disagreement,
    status: decision.status,
    since,
    attention: decision.asks[0] ?? null,
    claim: standingClaim(state, decision),
    machine: state.machine,
    ...describe(state, live),
    now: nowLine(state, decision.status),
    backgroundShells: decision.ended ? [] : backgroundShells(state, live),
    subagents: subagentsOf(state, decision.asks, isAtWork),
    startedAt: state.startedAt,
    lastActivityAt: Math.max(state.lastActivityAt, state.startedAt),
  };
  return { card, nextAt: decision.nextAt };
};

/** What the facts say, whatever the status. */
const describe = (state: SessionState, live: Process | undefined) => {
  const { facts } = state;
  const place = facts.location?.value;
  return {
    owner: facts.owner,
    repo: place?.repo ?? 'unknown',
    remote: place?.remote ?? null,
    branch: place?.branch ?? null,
    worktree: place?.worktree ?? null,
    cwd: place?.cwd ?? '',
    tmux: live?.tmux ?? null,
    title: titleOf(state),
    goal: facts.goal?.value ?? null,
    model: facts.model?.value ?? null,
    permissionMode: facts.permissionMode?.value ?? null,
    entrypoint: facts.entrypoint?.value ?? null,
    kind: kindOf(state, live),
    clientVersion: facts.clientVersion?.value ?? null,
    lineage: {
      from: facts.from,
      to: facts.to ? { sessionId: facts.to.value, how: null } : null,
    },
    tasks: facts.tasks ? [...facts.tasks] : null,
    prompts: facts.prompts,
    pullRequestLinks: [...facts.pullRequestLinks],
    commits: [...facts.commits],
    usage: usageOf(facts),
  };
};

const kindOf = (state: SessionState, live: Process | undefined): Card['kind'] => {
  if (isHeadless(state, live)) return 'headless';
  return state.job || [...state.processes.values()].some(({ kind }) => kind === 'bg') ? 'background' : 'interactive';
};

/** A person's title, else the model's, else what was asked first, else the client's own name for the session. */
const titleOf = ({ facts: { titles, goal }, sessionId }: SessionState): string =>
  titles.person ??
  titles.model ??
  (goal && firstLine(goal.value)) ??
  titles.client ??
  `Session ${sessionId.slice(0, 8)}`;

const usageOf = (facts: Facts): Usage => ({
  tokens: facts.tokens,
  ...costOf(facts),
  contextTokens: facts.contextTokens?.value ?? 0,
  contextWindow: facts.model ? contextWindowOf(facts.model.value) : null,
  linesAdded: facts.cost?.linesAdded ?? 0,
  linesRemoved: facts.cost?.linesRemoved ?? 0,
});

/** The client's own total, and what came after it by the price table. */
const costOf = ({ cost, tokens, uncovered }: Facts): Pick<Usage, 'costUsd' | 'costBy'> => {
  const rest = cost ? uncovered : tokens;
  if (Object.keys(rest).length === 0) {
    return cost ? { costUsd: round(cost.usd), costBy: 'client' } : { costUsd: null, costBy: null };
  }
  const estimate = estimateUsd(rest);
  if (estimate === null) return { costUsd: null, costBy: null };
  return { costUsd: round((cost?.usd ?? 0) + estimate), costBy: 'estimate' };
};

/** To a millionth: sums of prices are not exact. */
const round = (usd: number): number => Math.round(usd * 1_000_000) / 1_000_000;

/** While it works: the newest open call. Otherwise what the model said last. */
const nowLine = ({ transcript, hooks, facts }: SessionState, status: Card['status']): string | null => {
  const call =
    status === 'working' ? (hooks.openTools.newest() ?? wholeTurn(transcript).openTools.newest())?.[1] : undefined;
  return call ? doing(call.tool, call.input) : facts.reply && firstLine(facts.reply.value);
};
