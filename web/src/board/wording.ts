import type { PullRequest, Session } from '@crewboard/contract';
import type { ConnectionState } from '../feed/connect.ts';
import { formatTimeOfDay } from '../ui/age.ts';
import { n, t } from '../words/index.ts';

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
  if (tokens < 1_000) return n(tokens);
  if (tokens < 999_500) return `${n(Math.round(tokens / 1_000))}k`;
  return `${n(tokens / 1_000_000, { minimumFractionDigits: 1, maximumFractionDigits: 1 })}M`;
};

/** `$3.18`, `$0.00` for less than a cent, whole dollars from a hundred. */
export const cost = (usd: number): string =>
  n(usd, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: usd >= 100 ? 0 : 2,
    maximumFractionDigits: usd >= 100 ? 0 : 2,
  });

/** `$3.18` where the client totalled it itself, `$3.18 est.` where it is tokens times list prices; null where nobody knows. */
export const costLabel = ({ costUsd, costBy }: Session['usage']): string | null => {
  if (costUsd === null) return null;
  return costBy === 'estimate' ? t('card.estimated', { cost: cost(costUsd) }) : cost(costUsd);
};

/** The same in full, for who asks where the figure is from. */
export const costInWords = ({ costUsd, costBy }: Session['usage']): string | null => {
  if (costUsd === null) return null;
  return costBy ? t(`card.costBy.${costBy}`, { cost: cost(costUsd) }) : cost(costUsd);
};

/** How much of the model's context is full, in whole percent; null where its size is not known. */
export const contextPercent = ({ contextTokens, contextWindow }: Session['usage']): number | null =>
  contextWindow ? Math.round((100 * contextTokens) / contextWindow) : null;

/** `63%`, as the language writes it. */
export const percentInWords = (percent: number): string => n(percent / 100, { style: 'percent' });

/** `126,400 of 200,000 tokens, 63%`. */
export const contextInWords = (usage: Session['usage']): string => {
  const { contextTokens: tokens, contextWindow: size } = usage;
  const percent = contextPercent(usage);
  if (size === null || percent === null) return t('card.contextTokens', { tokens });
  return t('card.contextOf', { tokens, size, percent: percentInWords(percent) });
};

/** `5 of 6 checks passed, 1 failed`; empty where there are none. Those that were skipped count for nothing. */
export const checksInWords = (pullRequest: PullRequest): string => {
  const checks = pullRequest.checks.filter(({ state }) => state !== 'skipped');
  if (checks.length === 0) return '';
  const passed = checks.filter((check) => check.state === 'passed').length;
  const failed = checks.filter((check) => check.state === 'failed').length;
  const pending = checks.length - passed - failed;
  return [
    t('card.pull.checksPassed', { n: checks.length, passed }),
    failed > 0 && t('card.pull.checksFailed', { n: failed }),
    pending > 0 && t('card.pull.checksRunning', { n: pending }),
  ]
    .filter(Boolean)
    .join(', ');
};

/** `open, approved, conflicts with its base`: where a pull request stands, beside its checks. */
export const pullRequestInWords = ({ state, review, isMergeable }: PullRequest): string => {
  const isOpen = state === 'open' || state === 'draft';
  return [
    t(`card.pull.${state}`),
    isOpen && review && t(`card.pull.${review}`),
    isOpen && isMergeable === false && t('card.pull.conflicts'),
  ]
    .filter(Boolean)
    .join(', ');
};

/** Whether its machine tells what a session does, but none of its texts: at that privacy tier no path leaves it either. */
export const isWithheld = ({ cwd, title, goal }: Pick<Session, 'cwd' | 'title' | 'goal'>): boolean =>
  cwd === '' && title.trim() === '' && !goal;

/** What a session is called; one without a title still has a name: where it is, or that it has only begun. */
export const titleOf = (session: Pick<Session, 'title' | 'goal' | 'brief' | 'cwd' | 'repo' | 'prompts'>): string => {
  const { title, goal, brief, repo, prompts } = session;
  const told = title.trim() || brief?.goal?.trim() || goal?.trim();
  if (told) return told;
  if (isWithheld(session) && repo) return t('board.sessionIn', { repo });
  return t(prompts === 0 ? 'board.newSession' : 'board.untitled');
};

/** What its longest open ask needs a person for, in a model's words; null where nobody put it into words. */
export const neededFor = ({ attention, brief }: Pick<Session, 'attention' | 'brief'>): string | null =>
  attention && brief?.by === 'model' && brief.askId === attention.id ? brief.needed : null;

/** `Lena` for `Lena Berg`, `lena.berg` for an address: what fits on a card. */
export const shortName = (owner: string): string => owner.trim().split(/[\s@]/)[0] || owner;

/**
 * The one line of what a session does, or what came of it: summed up, once that covers all that it did. Leaves out what its ask or an
 * agent of it already says.
 */
export const nowLine = (session: Session): string | null => {
  const { status, now, summary, brief, lastActivityAt, attention, subagents, title } = session;
  const isSummedUp = status !== 'working' && (brief === null || brief.at >= lastActivityAt);
  const lines = isSummedUp ? [summary, now] : [now, summary];
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
      return { steady: t('shell.connection.connecting'), countdown: '' };
    case 'live':
      return { steady: t('shell.connection.live'), countdown: '' };
    case 'offline': {
      const steady =
        state.reason === 'unreadable'
          ? t('shell.connection.unreadable')
          : t('shell.connection.offline', { time: formatTimeOfDay(state.since) });
      if (state.nextTryAt === null) return { steady, countdown: t('shell.connection.trying') };
      const seconds = Math.max(1, Math.ceil((state.nextTryAt - now) / 1_000));
      return { steady, countdown: t('shell.connection.tryingIn', { seconds }) };
    }
  }
};

/** `(2) Crewboard` while two sessions need a person. */
export const pageTitle = (needing: number): string => (needing > 0 ? `(${needing}) Crewboard` : 'Crewboard');

/** The address of a link, or `undefined` where it is not one to the web. */
export const webAddress = (url: string): string | undefined =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
