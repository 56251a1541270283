import { type Ask, type PullRequest, pullRequestNeeds, type Session, type Subagent } from '@crewboard/contract';
import { t } from '../words/index.ts';

/** What a person is asked for, ready to be shown. `isCode`: the text is something that would run. */
export interface ShownAsk {
  id: string;
  kind: string;
  detail: string | null;
  text: string | null;
  isCode: boolean;
  /** The subagent that asks; null for the session itself. */
  whose: string | null;
  since: number;
  tone: 'needs' | 'bad';
}

/** A question and a plan need no tool's name: they are what the tool asks. A form is named by the server that shows it. */
const NAMED_BY_TOOL: readonly Ask['kind'][] = ['permission', 'elicitation'];

export const askOf = ({ id, kind, tool, input, since, agentId }: Ask, subagents: readonly Subagent[]): ShownAsk => ({
  id,
  kind: t(`status.ask.${kind}`),
  detail: NAMED_BY_TOOL.includes(kind) ? tool : null,
  text: input || null,
  isCode: kind === 'permission',
  whose: agentId === null ? null : agentName(subagents.find((agent) => agent.agentId === agentId)),
  since,
  tone: 'needs',
});

/** `Explore: Find the reader`, as far as it is known. */
export const agentName = (agent: Pick<Subagent, 'type' | 'description'> | undefined): string =>
  [agent?.type, agent?.description].filter(Boolean).join(': ') || t('status.aSubagent');

export const asksOf = ({ asks, subagents }: Pick<Session, 'asks' | 'subagents'>): ShownAsk[] =>
  asks.map((ask) => askOf(ask, subagents));

/** What an open pull request needs its author for: failed checks first, then what its reviewers want. Empty for most. */
export const pullRequestAsks = (pullRequest: PullRequest, since: number): ShownAsk[] => {
  const failed = pullRequest.checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
  const title = [`#${pullRequest.number}`, pullRequest.title].filter(Boolean).join(' ');
  return pullRequestNeeds(pullRequest).map(({ id, about }) => ({
    id,
    kind: t(about === 'checks' ? 'status.checksFailed' : 'status.changesRequested'),
    detail: null,
    text: about === 'checks' ? failed.join(', ') : title,
    isCode: false,
    whose: null,
    since,
    tone: 'bad',
  }));
};
