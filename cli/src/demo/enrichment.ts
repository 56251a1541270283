import type { EnrichmentChange, EventOf, PullRequest, SessionEvent } from '@crewboard/contract';

/** What the enricher finds some time after the event it answers. */
export interface DelayedChange {
  afterMs: number;
  change: EnrichmentChange;
}

type CheckState = PullRequest['checks'][number]['state'];

const CHECKS = ['lint', 'typecheck', 'test (node 20)', 'test (node 24)', 'build', 'e2e'];
/** The check that fails where one does. */
const FAILING = 3;
const TURNS_TO_MERGE = 4;

interface Known {
  reply: string | null;
  pullRequest: PullRequest | null;
  turnsSinceLink: number;
}

/** What the enricher would add to the invented sessions: summaries, and pull requests whose checks go from pending to an end. */
export const createEnrichment = () => {
  const sessions = new Map<string, Known>();

  return (event: SessionEvent): DelayedChange[] => {
    // Hooks tell what the transcript tells too.
    if (event.agentId !== undefined || event.source === 'hook') return [];
    const { sessionId } = event;
    const known = sessions.get(sessionId) ?? { reply: null, pullRequest: null, turnsSinceLink: 0 };
    sessions.set(sessionId, known);
    const seen = (afterMs: number, pullRequest: PullRequest): DelayedChange => {
      known.pullRequest = pullRequest;
      return { afterMs, change: { type: 'PullRequestSeen', sessionId, pullRequest } };
    };

    switch (event.type) {
      case 'AssistantReplied':
        known.reply = event.data.text;
        return [];
      case 'PullRequestLinked': {
        const base = linked(event);
        const breaks = event.data.number % 4 === 0;
        return [
          seen(3_000, { ...base, checks: checks(() => 'pending') }),
          seen(25_000, { ...base, checks: checks((index) => (index < 3 ? 'passed' : 'pending')) }),
          seen(70_000, { ...base, checks: checks((index) => (breaks && index === FAILING ? 'failed' : 'passed')) }),
        ];
      }
      case 'TurnEnded': {
        if (event.data.backgroundAgents > 0) return [];
        const changes: DelayedChange[] = [];
        if (known.reply) changes.push({ afterMs: 2_500, change: summaryOf(event, known.reply) });
        const { pullRequest } = known;
        if (pullRequest?.state !== 'open') return changes;
        known.turnsSinceLink += 1;
        if (pullRequest.checks.some(({ state }) => state === 'failed') && known.turnsSinceLink > 1) {
          changes.push(seen(4_000, { ...pullRequest, checks: checks(() => 'pending') }));
          changes.push(seen(50_000, { ...pullRequest, checks: checks(() => 'passed') }));
        } else if (known.turnsSinceLink >= TURNS_TO_MERGE) {
          changes.push(seen(6_000, { ...pullRequest, state: 'merged' }));
        }
        return changes;
      }
      default:
        return [];
    }
  };
};

/** Positions of the demo's events rise, and so does what a summary covers. */
const summaryOf = ({ sessionId, position, occurredAt: at }: SessionEvent, summary: string): EnrichmentChange => {
  const brief = { goal: null, needed: null, askId: null, by: 'model' as const, through: `${position}-0`, at };
  return { type: 'SummaryWritten', sessionId, summary, brief };
};

const linked = ({ data, occurredAt }: EventOf<'PullRequestLinked'>): PullRequest => ({
  url: data.url,
  number: data.number,
  repository: data.repository,
  title: null,
  state: 'open',
  branch: null,
  head: null,
  review: null,
  isMergeable: true,
  checks: [],
  linkedBy: 'client',
  seenAt: occurredAt,
});

const checks = (stateOf: (index: number) => CheckState): PullRequest['checks'] =>
  CHECKS.map((name, index) => ({ name, state: stateOf(index), url: null }));
