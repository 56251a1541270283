import type { PullRequest, Session, Status } from '@crewboard/contract';
import type { ConnectionState } from '../feed/connect.ts';
import { formatTimeOfDay } from '../ui/age.ts';
import { counted } from '../ui/counted.ts';

export const STATUS_WORDS: Record<Status, string> = {
  waiting_for_approval: 'Needs approval',
  working: 'Working',
  waiting_for_input: 'Waiting',
  idle: 'Idle',
};

/** A model as people call it: `claude-opus-5-5` is Opus 5.5, `claude-3-5-haiku-20241022` is Haiku 3.5; an unknown one as it is. */
export const modelName = (model: string): string => {
  const [, rest = ''] = model.match(/claude-([a-z0-9-]+)/) ?? [];
  const parts = rest.split('-').filter((part) => !/^\d{6,}$|^v\d+$|^latest$/.test(part));
  const family = parts.find((part) => /^[a-z]+$/.test(part));
  if (!family) return model;
  const version = parts.filter((part) => /^\d+$/.test(part)).join('.');
  return `${family.charAt(0).toUpperCase()}${family.slice(1)} ${version}`.trim();
};

/** `840`, `128k`, `1.2M`. */
export const tokenCount = (tokens: number): string => {
  if (tokens < 1_000) return `${tokens}`;
  if (tokens < 999_500) return `${Math.round(tokens / 1_000)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
};

/** `$3.18`, `$0.00` for less than a cent, whole dollars from a hundred. */
export const cost = (usd: number): string => `$${usd >= 100 ? Math.round(usd) : usd.toFixed(2)}`;

/** `$3.18` where the client totalled it itself, `$3.18 est.` where it is tokens times list prices; null where nobody knows. */
export const costLabel = ({ costUsd, costBy }: Session['usage']): string | null =>
  costUsd === null ? null : `${cost(costUsd)}${costBy === 'estimate' ? ' est.' : ''}`;

/** The same in full, for who asks where the figure is from. */
export const costInWords = ({ costUsd, costBy }: Session['usage']): string | null => {
  if (costUsd === null) return null;
  const by = { client: 'the client’s own figure', estimate: 'estimated: tokens times list prices' };
  return `${cost(costUsd)}${costBy ? `, ${by[costBy]}` : ''}`;
};

/** How much of the model's context is full, in whole percent; null where its size is not known. */
export const contextPercent = ({ contextTokens, contextWindow }: Session['usage']): number | null =>
  contextWindow ? Math.round((100 * contextTokens) / contextWindow) : null;

/** `126,400 of 200,000 tokens, 63 %`. */
export const contextInWords = (usage: Session['usage']): string => {
  const { contextTokens, contextWindow } = usage;
  if (!contextWindow) return `${contextTokens.toLocaleString()} tokens`;
  return `${contextTokens.toLocaleString()} of ${contextWindow.toLocaleString()} tokens, ${contextPercent(usage)} %`;
};

/** `5 of 6 checks passed, 1 failed`; empty where there are none. Those that were skipped count for nothing. */
export const checksInWords = (pullRequest: PullRequest): string => {
  const checks = pullRequest.checks.filter(({ state }) => state !== 'skipped');
  if (checks.length === 0) return '';
  const passed = checks.filter((check) => check.state === 'passed').length;
  const failed = checks.filter((check) => check.state === 'failed').length;
  const pending = checks.length - passed - failed;
  return [
    `${passed} of ${counted(checks.length, 'check', 'checks')} passed`,
    failed > 0 && `${failed} failed`,
    pending > 0 && `${pending} running`,
  ]
    .filter(Boolean)
    .join(', ');
};

const REVIEW_WORDS: Record<NonNullable<PullRequest['review']>, string> = {
  approved: 'approved',
  changes_requested: 'changes requested',
  required: 'review required',
};

/** `open, approved, conflicts with its base`: where a pull request stands, beside its checks. */
export const pullRequestInWords = ({ state, review, isMergeable }: PullRequest): string => {
  const isOpen = state === 'open' || state === 'draft';
  return [state, isOpen && review && REVIEW_WORDS[review], isOpen && isMergeable === false && 'conflicts with its base']
    .filter(Boolean)
    .join(', ');
};

/** How a session was found to belong to its pull request. */
export const LINKED_WORDS: Record<PullRequest['linkedBy'], string> = {
  client: 'noted by the client',
  branch: 'by its branch',
  commit: 'by a commit of the session',
  url: 'by the address that a command printed',
};

/** Whether its machine tells what a session does, but none of its texts: at that privacy tier no path leaves it either. */
export const isWithheld = ({ cwd, title, goal }: Pick<Session, 'cwd' | 'title' | 'goal'>): boolean =>
  cwd === '' && title.trim() === '' && !goal;

/** What a session is called; one without a title still has a name: where it is, or that it has only begun. */
export const titleOf = (session: Pick<Session, 'title' | 'goal' | 'brief' | 'cwd' | 'repo' | 'prompts'>): string => {
  const { title, goal, brief, repo, prompts } = session;
  const told = title.trim() || brief?.goal?.trim() || goal?.trim();
  if (told) return told;
  if (isWithheld(session) && repo) return `A session in ${repo}`;
  return prompts === 0 ? 'New session' : 'Untitled session';
};

/** What its longest open ask needs a person for, in a model's words; null where nobody put it into words. */
export const neededFor = ({ attention, brief }: Pick<Session, 'attention' | 'brief'>): string | null =>
  attention && brief?.by === 'model' && brief.askId === attention.id ? brief.needed : null;

/** `Lena` for `Lena Berg`, `lena.berg` for an address: what fits on a card. */
export const shortName = (owner: string): string => owner.trim().split(/[\s@]/)[0] || owner;

/** The one line of what a session does, or what came of it. Leaves out what its ask or an agent of it already says. */
export const nowLine = ({ status, now, summary, attention, subagents, title }: Session): string | null => {
  const lines = status === 'working' ? [now, summary] : [summary, now];
  const isSaid = (line: string): boolean =>
    line === title ||
    subagents.some((agent) => agent.now === line) ||
    Boolean(attention && (line.includes(attention.input ?? line) || line === attention.tool));
  return lines.find((line) => line && !isSaid(line)) ?? null;
};

/** What the page says of its connection. `steady` leaves out what changes every second: it is what gets read aloud. */
export const connectionInWords = (state: ConnectionState, now: number): { steady: string; countdown: string } => {
  switch (state.kind) {
    case 'connecting':
      return { steady: 'Connecting…', countdown: '' };
    case 'live':
      return { steady: 'Live', countdown: '' };
    case 'offline': {
      const steady =
        state.reason === 'unreadable'
          ? 'The server speaks another version than this page. Reload the page.'
          : `Not connected since ${formatTimeOfDay(state.since)}.`;
      if (state.nextTryAt === null) return { steady, countdown: 'Trying again…' };
      return { steady, countdown: `Trying again in ${Math.max(1, Math.ceil((state.nextTryAt - now) / 1_000))} s.` };
    }
  }
};

/** `(2) Crewboard` while two sessions need a person. */
export const pageTitle = (needing: number): string => (needing > 0 ? `(${needing}) Crewboard` : 'Crewboard');

/** The address of a link, or `undefined` where it is not one to the web. */
export const webAddress = (url: string): string | undefined =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
