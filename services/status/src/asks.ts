import type { Ask } from '@crewboard/contract';
import type { SessionState } from './state.ts';
import type { OpenTool } from './views/fields.ts';
import type { HookAsk } from './views/hooks.ts';
import { jobNeedsPerson } from './views/job.ts';
import type { Process } from './views/processes.ts';
import { wholeTurn } from './views/transcript.ts';

/**
 * What a person is asked. `live` is the process that has the say; where there is one that tells its status, it alone knows
 * whether a dialog is open, and hooks tell what it asks. Without it, an ask stands until a source says that it is over.
 */
export const openAsks = (state: SessionState, live: Process | undefined): Ask[] => {
  if (isHeadless(state, live)) return [];
  if (live?.status === 'waiting') return askedNow(state, live);
  if (live?.status) return [];
  const byHooks = unanswered(state);
  if (byHooks.length > 0) return byHooks;
  return byTranscript(state) ?? byJob(state) ?? [];
};

/** Run by a program: nobody sits before it, and what it asks is denied at once. */
export const isHeadless = ({ facts }: SessionState, live: Process | undefined): boolean =>
  (live?.entrypoint ?? facts.entrypoint?.value ?? '').startsWith('sdk');

const toAsk = ([id, { kind, tool, input, agentId, at }]: [string, HookAsk]): Ask => ({
  id,
  kind,
  tool,
  input,
  agentId,
  since: at,
});

/** The hooks' asks that no transcript has an answer for, the oldest first. */
const unanswered = ({ hooks, transcript }: SessionState): Ask[] => {
  const { ended, finished } = transcript;
  if (hooks.asks.size === 0) return [];
  return [...hooks.asks]
    .filter(([, { toolUseId, agentId, at }]) => {
      if (toolUseId !== null && finished.has(toolUseId)) return false;
      // A refusal by Esc fires no hook: the transcript tells that the turn is over.
      return agentId !== null || ended === null || ended.at < at;
    })
    .toSorted(([, a], [, b]) => a.at - b.at)
    .map(toAsk);
};

/** The client says that it waits. Each time it stopped waiting, the ask that stood first had its answer. */
const askedNow = (state: SessionState, live: Process): Ask[] => {
  if (live.waitingFor === 'dialog open') return [dialog(live)];
  let open = unanswered(state);
  for (const answeredAt of live.answers) {
    const answered = open.find(({ since }) => since < answeredAt);
    if (answered) open = open.filter((ask) => ask !== answered);
  }
  return open.length > 0 ? open : [guessed(state, live)];
};

const dialog = ({ since }: Process): Ask => ({
  id: `dialog:${since}`,
  kind: 'dialog',
  tool: null,
  input: null,
  since,
  agentId: null,
});

/** The client waits and no hook said for what: a call that is open tells what it may be. */
const guessed = (state: SessionState, live: Process): Ask => {
  const [id, call] = openCall(state) ?? [`presence:${live.since}`, undefined];
  return {
    id,
    kind: kindOf(live.waitingFor, call?.tool),
    tool: call?.tool ?? null,
    input: call?.input ?? null,
    since: live.since,
    agentId: null,
  };
};

const ASKING_TOOLS: ReadonlyMap<string, Ask['kind']> = new Map([
  ['AskUserQuestion', 'question'],
  ['ExitPlanMode', 'plan'],
]);

const kindOf = (waitingFor: string | null, tool: string | undefined): Ask['kind'] =>
  ASKING_TOOLS.get(tool ?? '') ?? (waitingFor === 'input needed' ? 'question' : 'permission');

/** The call that a dialog most likely is about: one that always asks, else the newest that a hook told, else the oldest of the transcript. */
const openCall = (state: SessionState): [string, OpenTool] | undefined => {
  const told = [...state.hooks.openTools];
  const written = [...wholeTurn(state.transcript).openTools];
  const asking = [...told, ...written].find(([, { tool }]) => ASKING_TOOLS.has(tool));
  return asking ?? told.at(-1) ?? written[0];
};

/** Without hooks and presence: calls that always ask. Others are believed to by their time-out. */
const byTranscript = ({ transcript, hooks }: SessionState): Ask[] | undefined => {
  if (transcript.turn.state === 'idle' || hooks.turn) return undefined;
  const asks = [...transcript.openTools].flatMap(([id, { tool, input, at }]): Ask[] => {
    const kind = ASKING_TOOLS.get(tool);
    return kind ? [{ id, kind, tool, input, since: at, agentId: null }] : [];
  });
  return asks.length > 0 ? asks : undefined;
};

/** `approve Bash: rm -rf x` */
const NEEDS = /^approve ([\w.-]{1,100}): ?([\s\S]*)$/;

const byJob = ({ job }: SessionState): Ask[] | undefined => {
  if (!job || !jobNeedsPerson(job)) return undefined;
  const [, tool, input] = NEEDS.exec(job.needs ?? '') ?? [];
  const ask = { id: `job:${job.at}`, since: job.at, agentId: null };
  return tool
    ? [{ ...ask, kind: 'permission', tool, input: input || null }]
    : [{ ...ask, kind: 'question', tool: null, input: job.needs }];
};

/** What a time-out believes to be asked. */
export const inferredAsk = (state: SessionState, since: number): Ask => {
  const [id, call] = openCall(state) ?? [`inferred:${since}`, undefined];
  return {
    id,
    kind: kindOf(null, call?.tool),
    tool: call?.tool ?? null,
    input: call?.input ?? null,
    since,
    agentId: null,
  };
};
