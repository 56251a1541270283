import type { EventOf, SessionEvent, TokenCount } from '@crewboard/contract';
import { tokenCountSchema } from '@crewboard/contract';
import { z } from 'zod';
import { shown } from '../wording.ts';
import { count, ms, plus } from './fields.ts';
import { KEPT } from './kept.ts';

const told = <Value extends z.ZodType>(value: Value) => z.object({ value, at: ms }).nullable();
const howSchema = z.enum(['clear', 'resume', 'fork', 'background']);

/** What is known of a session besides its status. Of two sources that tell the same thing, the later word holds. */
export const factsSchema = z.object({
  location: told(
    z.object({
      cwd: z.string(),
      repo: z.string(),
      remote: z.string().nullable(),
      branch: z.string().nullable(),
      worktree: z.string().nullable(),
    }),
  ),
  owner: z.string().nullable(),
  entrypoint: told(z.string()),
  clientVersion: told(z.string()),
  titles: z.object({ person: z.string().nullable(), model: z.string().nullable(), client: z.string().nullable() }),
  /** The first thing that a person asked, and the transcript that told it; null for another source. */
  goal: z.object({ value: z.string(), at: ms, transcript: z.string().nullable().default(null) }).nullable(),
  reply: told(z.string()),
  model: told(z.string()),
  permissionMode: told(z.string()),
  prompts: count,
  /** By model. `uncovered`: what the client's own total does not hold (yet). */
  tokens: z.record(z.string(), tokenCountSchema).readonly(),
  uncovered: z.record(z.string(), tokenCountSchema).readonly(),
  contextTokens: told(count),
  cost: z.object({ usd: z.number().nonnegative(), linesAdded: count, linesRemoved: count, at: ms }).nullable(),
  from: z.object({ sessionId: z.string(), how: howSchema }).nullable(),
  to: told(z.string()),
  pullRequestLinks: z
    .array(z.object({ url: z.string(), number: z.number(), repository: z.string(), by: z.enum(['client', 'output']) }))
    .readonly(),
  commits: z.array(z.string()).readonly(),
  tasks: z
    .array(z.object({ id: z.string(), subject: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) }))
    .readonly()
    .nullable(),
});
export type Facts = z.infer<typeof factsSchema>;

export const noFacts: Facts = {
  location: null,
  owner: null,
  entrypoint: null,
  clientVersion: null,
  titles: { person: null, model: null, client: null },
  goal: null,
  reply: null,
  model: null,
  permissionMode: null,
  prompts: 0,
  tokens: {},
  uncovered: {},
  contextTokens: null,
  cost: null,
  from: null,
  to: null,
  pullRequestLinks: [],
  commits: [],
  tasks: null,
};

export const evolveFacts = (facts: Facts, event: SessionEvent): Facts => {
  const at = event.occurredAt;
  switch (event.type) {
    case 'SessionLocated': {
      const { clientVersion, entrypoint, owner, ...value } = event.data;
      return {
        ...facts,
        location: later(facts.location, value, at),
        owner: owner ?? facts.owner,
        clientVersion: laterIf(facts.clientVersion, clientVersion, at),
        entrypoint: laterIf(facts.entrypoint, entrypoint, at),
      };
    }
    case 'PresenceChanged':
      return afterPresence(facts, event);
    case 'HistoryCounted': {
      let { tokens, uncovered } = facts;
      for (const { model, ...more } of event.data.tokens) {
        tokens = addTokens(tokens, model, more);
        uncovered = addTokens(uncovered, model, more);
      }
      // It is older than what was told already: where the client made a total, this is in it.
      return {
        ...facts,
        tokens,
        uncovered: facts.cost ? facts.uncovered : uncovered,
        prompts: plus(facts.prompts, event.data.prompts),
      };
    }
    case 'TokensUsed':
      return afterTokens(facts, event);
    case 'PermissionModeChanged':
      return { ...facts, permissionMode: later(facts.permissionMode, event.data.mode, at) };
    case 'SessionStarted': {
      const { how, model } = event.data;
      const named = model === null ? facts : { ...facts, model: facts.model ?? { value: model, at } };
      if (!facts.from || (how !== 'clear' && how !== 'resume') || facts.from.how === 'fork') return named;
      return { ...named, from: { ...facts.from, how } };
    }
    case 'SessionContinued':
      return continued(facts, event);
    case 'SessionLeft':
      return { ...facts, to: later(facts.to, event.data.nextSessionId, at) };
    default:
      return event.agentId === undefined ? afterOwn(facts, event) : facts;
  }
};

/** So many pull requests and commits are kept of a session, the latest. */
const LINKS_KEPT = 10;

/** What only the session's own doing tells, not a subagent's. */
const afterOwn = (facts: Facts, event: SessionEvent): Facts => {
  const at = event.occurredAt;
  switch (event.type) {
    case 'PromptSubmitted': {
      const { by, text } = event.data;
      if (by === 'client') return facts;
      const transcript = event.source === 'transcript' ? event.stream : null;
      const goal = text && isEarlier(facts.goal, at, transcript) ? { value: shown(text), at, transcript } : facts.goal;
      // A hook tells of the same prompt as the transcript, sooner.
      return { ...facts, goal, prompts: plus(facts.prompts, transcript === null ? 0 : 1) };
    }
    case 'AssistantReplied':
      return {
        ...facts,
        reply: event.data.text ? later(facts.reply, shown(event.data.text), at) : facts.reply,
        model: laterIf(facts.model, event.data.model, at),
      };
    case 'AssistantThought':
    case 'ToolRequested': {
      const model = laterIf(facts.model, event.data.model, at);
      return model === facts.model ? facts : { ...facts, model };
    }
    case 'CostReported': {
      const { costUsd, linesAdded, linesRemoved } = event.data;
      return { ...facts, cost: { usd: costUsd, linesAdded, linesRemoved, at }, uncovered: {} };
    }
    case 'TitleGiven':
      return { ...facts, titles: { ...facts.titles, [event.data.by]: event.data.title } };
    case 'PullRequestLinked': {
      const { url, number, repository, by = 'client' } = event.data;
      const others = facts.pullRequestLinks.filter((link) => link.url !== url);
      const known = facts.pullRequestLinks.find((link) => link.url === url);
      // What the client notes of itself counts for more than what a command printed.
      const link = { url, number, repository, by: known?.by === 'client' ? known.by : by };
      return { ...facts, pullRequestLinks: [...others, link].slice(-LINKS_KEPT) };
    }
    case 'CommitMade': {
      const { sha } = event.data;
      const others = facts.commits.filter((known) => known !== sha);
      return { ...facts, commits: [...others, sha].slice(-LINKS_KEPT) };
    }
    case 'TasksListed':
      return { ...facts, tasks: event.data.tasks };
    default:
      return facts;
  }
};

/** One transcript tells its prompts in their order, whatever became of its machine's clock; and from the first on, unlike a hook. */
const isEarlier = (goal: Facts['goal'], at: number, transcript: string | null): boolean => {
  if (!goal) return true;
  const isBySameKind = (goal.transcript === null) === (transcript === null);
  if (!isBySameKind) return transcript !== null && goal.at > 0;
  return (transcript === null || transcript !== goal.transcript) && at < goal.at;
};

interface Told<Value> {
  value: Value;
  at: number;
}

const later = <Value>(known: Told<Value> | null, value: Value, at: number): Told<Value> =>
  known && known.at > at ? known : { value, at };

/** Nothing new where the value is null, or the same as before. */
const laterIf = (known: Told<string> | null, value: string | null, at: number): Told<string> | null =>
  value === null || (known?.value === value && known.at <= at) ? known : later(known, value, at);

const afterPresence = (facts: Facts, { data, occurredAt: at }: EventOf<'PresenceChanged'>): Facts => {
  const { clientVersion, name, isNamedByPerson, entrypoint } = data;
  return {
    ...facts,
    clientVersion: laterIf(facts.clientVersion, clientVersion, at),
    entrypoint: laterIf(facts.entrypoint, entrypoint ?? null, at),
    titles: name ? { ...facts.titles, [isNamedByPerson ? 'person' : 'client']: name } : facts.titles,
  };
};

const afterTokens = (facts: Facts, { data, occurredAt, agentId }: EventOf<'TokensUsed'>): Facts => {
  const context = plus(plus(data.input, data.cacheRead), data.cacheWrite);
  return {
    ...facts,
    tokens: addTokens(facts.tokens, data.model, data),
    uncovered:
      facts.cost && occurredAt <= facts.cost.at ? facts.uncovered : addTokens(facts.uncovered, data.model, data),
    // Only the transcript tells it, in its order: a clock that was set back in between makes no word older.
    contextTokens: agentId === undefined ? { value: context, at: occurredAt } : facts.contextTokens,
  };
};

/** A copy says more of where a session comes from than the process that it runs in. */
const RANK = { fork: 3, background: 2, clear: 1, resume: 1 } as const;

const continued = (facts: Facts, { data }: EventOf<'SessionContinued'>): Facts => {
  const { fromSessionId, how, goal } = data;
  const isBetter = !facts.from || RANK[how] > RANK[facts.from.how];
  return {
    ...facts,
    from: isBetter ? { sessionId: fromSessionId, how } : facts.from,
    // The copied history is older than all that the session did itself.
    goal: goal === null ? facts.goal : { value: goal, at: 0, transcript: null },
  };
};

type More = Omit<TokenCount, 'cacheWrite1h'> & { cacheWrite1h?: number | undefined };

const addTokens = (all: Facts['tokens'], model: string, more: More): Facts['tokens'] => {
  // No total is dropped: what is of too many models counts as one more.
  const name = model in all || Object.keys(all).length < KEPT ? model : 'other';
  const known = all[name];
  return {
    ...all,
    [name]: {
      input: plus(known?.input ?? 0, more.input),
      output: plus(known?.output ?? 0, more.output),
      cacheRead: plus(known?.cacheRead ?? 0, more.cacheRead),
      cacheWrite: plus(known?.cacheWrite ?? 0, more.cacheWrite),
      cacheWrite1h: plus(known?.cacheWrite1h ?? 0, more.cacheWrite1h ?? 0),
    },
  };
};
