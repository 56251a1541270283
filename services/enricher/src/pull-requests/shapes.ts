import type { PullRequest } from '@crewboard/contract';
import { z } from 'zod';

/** What the host answers, as far as it is read: everything else falls away, an entry that can't be read with it. */

const TITLE_MAX = 300;
const NAME_MAX = 250;
const CHECKS_MAX = 100;

const cut = (max: number) => z.string().transform((text) => text.slice(0, max));
const webUrl = z
  .url({ protocol: /^https?$/ })
  .max(1_000)
  .nullish()
  .catch(null);
const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

const readable =
  <Schema extends z.ZodType>(schema: Schema) =>
  (entries: unknown[]): z.output<Schema>[] =>
    entries.flatMap((entry) => {
      const parsed = schema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
const listOf = <Schema extends z.ZodType>(schema: Schema) => z.array(z.unknown()).transform(readable(schema));

/** Where a repository is now, and whose fork it is. */
export const placeShape = z
  .object({ full_name: z.string(), parent: z.object({ full_name: z.string() }).nullish() })
  .transform(({ full_name, parent }) => ({ name: full_name, parent: parent?.full_name ?? null }));

export const pullShape = z
  .object({
    number: z.number().int().positive(),
    html_url: z.url({ protocol: /^https?$/ }).max(1_000),
    title: cut(TITLE_MAX),
    state: z.enum(['open', 'closed']),
    draft: z.boolean().nullish(),
    merged_at: z.string().nullish(),
    updated_at: z.string(),
    mergeable: z.boolean().nullish(),
    requested_reviewers: z.array(z.unknown()).nullish(),
    requested_teams: z.array(z.unknown()).nullish(),
    head: z.object({ ref: cut(NAME_MAX), sha, repo: z.object({ full_name: z.string() }).nullish() }),
    base: z.object({ repo: z.object({ full_name: z.string() }) }),
  })
  .transform((pull) => ({
    number: pull.number,
    url: pull.html_url,
    repository: pull.base.repo.full_name,
    title: pull.title,
    state: stateOf(pull),
    branch: pull.head.ref,
    head: pull.head.sha,
    branchRepository: pull.head.repo?.full_name ?? null,
    updatedAt: Date.parse(pull.updated_at) || 0,
    /** Only where one pull request was asked for, and null while the host works it out. */
    isMergeable: pull.mergeable ?? null,
    awaitsReview: (pull.requested_reviewers?.length ?? 0) + (pull.requested_teams?.length ?? 0) > 0,
  }));
export type Pull = z.output<typeof pullShape>;
export const pullsShape = listOf(pullShape);

const stateOf = (pull: {
  state: string;
  draft?: boolean | null | undefined;
  merged_at?: string | null | undefined;
}): PullRequest['state'] => {
  if (pull.merged_at) return 'merged';
  if (pull.state === 'closed') return 'closed';
  return pull.draft ? 'draft' : 'open';
};

/** Those who have nothing to do with a repository may review, and decide nothing. */
const STRANGERS: ReadonlySet<string> = new Set(['NONE', 'FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR', 'MANNEQUIN']);

export const reviewsShape = listOf(
  z
    .object({ state: z.string(), author_association: z.string(), user: z.object({ login: z.string() }) })
    .transform(({ state, author_association, user }) => ({
      state,
      by: user.login,
      counts: !STRANGERS.has(author_association),
    })),
);

/** What the reviewers decided, of their reviews in the order in which they came. A comment takes nothing back. */
export const reviewOf = (reviews: z.output<typeof reviewsShape>, awaitsReview: boolean): PullRequest['review'] => {
  const last = new Map<string, string>();
  for (const { state, by, counts } of reviews) {
    if (counts && (state === 'APPROVED' || state === 'CHANGES_REQUESTED' || state === 'DISMISSED')) last.set(by, state);
  }
  const said = new Set(last.values());
  if (said.has('CHANGES_REQUESTED')) return 'changes_requested';
  if (said.has('APPROVED')) return 'approved';
  return awaitsReview ? 'required' : null;
};

type Check = PullRequest['checks'][number];

const FAILED: ReadonlySet<string> = new Set([
  'failure',
  'timed_out',
  'startup_failure',
  'action_required',
  'cancelled',
]);

const runShape = z
  .object({
    name: cut(NAME_MAX),
    status: z.string(),
    conclusion: z.string().nullish(),
    html_url: webUrl,
    details_url: webUrl,
  })
  .transform(({ name, status, conclusion, html_url, details_url }): Check => {
    const over = conclusion === 'success' ? 'passed' : FAILED.has(conclusion ?? '') ? 'failed' : 'skipped';
    return { name, state: status === 'completed' ? over : 'pending', url: html_url ?? details_url ?? null };
  });

const statusShape = z
  .object({ context: cut(NAME_MAX), state: z.string(), target_url: webUrl })
  .transform(({ context, state, target_url }): Check => {
    const checkState = state === 'success' ? 'passed' : state === 'pending' ? 'pending' : 'failed';
    return { name: context, state: checkState, url: target_url ?? null };
  });

export const runsShape = z.object({ check_runs: listOf(runShape) }).transform(({ check_runs }) => check_runs);
export const statusesShape = z.object({ statuses: listOf(statusShape) }).transform(({ statuses }) => statuses);

/** All checks of a commit by name, in an order that does not change with the host's mood. */
export const checksOf = (runs: readonly Check[], statuses: readonly Check[]): Check[] =>
  [...runs, ...statuses].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, CHECKS_MAX);
