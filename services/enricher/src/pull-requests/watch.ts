import { isDeepStrictEqual } from 'node:util';
import type { PullRequest } from '@crewboard/contract';
import type { z } from 'zod';
import type { Answer, Host } from './host.ts';
import { type Candidate, type Link, linkOf, rankOf } from './link.ts';
import { keyOf, type Repository, repositoryNamed, repositoryOfPull } from './remote.ts';
import type { Watched } from './session-index.ts';
import {
  checksOf,
  type Pull,
  pullShape,
  pullsShape,
  reviewOf,
  reviewsShape,
  runsShape,
  statusesShape,
} from './shapes.ts';

const PAGE = 100;
/** So many pages of open pull requests are looked at: the ones that changed last. */
const PAGES_MAX = 3;
const HEADS_MAX = 20;
/** What a list does not tell (whether it can be merged, reviews) is asked for again so long after. */
const ASIDE_MS = 5 * 60_000;

interface Details {
  head: string;
  updatedAt: number;
  askedAt: number;
  review: PullRequest['review'];
  isMergeable: boolean | null;
  checks: PullRequest['checks'];
}

/** A session that has to do with this repository. What it names is named as the host does now. */
export interface Home {
  session: Watched;
  /** What it works in: this one, a fork, or nothing of this host. */
  repository: Repository | undefined;
}

/** `whole`: all that is linked is looked at. `sparing`: the list, and one thing more. */
export type Look = 'whole' | 'sparing';

export interface Found {
  sessionId: string;
  pullRequest: PullRequest;
}

/** Thrown where the host does not show the repository (any more). */
export class RepositoryUnseen extends Error {
  readonly code = 'REPOSITORY_UNSEEN';
}

/** What is known of the pull requests of one repository, for all sessions that belong to it. */
export class RepositoryWatch {
  readonly repository: Repository;
  readonly #host: Host;
  readonly #hostName: string;
  readonly #now: () => number;
  readonly #pulls = new Map<number, Pull>();
  /** Every head that a pull request was seen with: a commit of a session may be under another by now. */
  readonly #heads = new Map<number, string[]>();
  readonly #details = new Map<number, Details>();
  #turn = 0;
  /** Since when checks of a linked pull request run, in ms since 1970; null while none do. */
  pendingSince: number | null = null;

  constructor(repository: Repository, host: Host, hostName: string, now: () => number) {
    this.repository = repository;
    this.#host = host;
    this.#hostName = hostName;
    this.#now = now;
  }

  /** Looks at the repository; what of its sessions shows otherwise than the board does. Throws {@link RepositoryUnseen} and `HostPaused`. */
  async look(homes: readonly Home[], how: Look, signal: AbortSignal): Promise<Found[]> {
    await this.#list(how, signal);
    for (const number of this.#tracked(homes)) await this.#single(number, signal);
    const linked = this.#linked(homes);
    await this.#detail(new Set(Array.from(linked.values(), ({ candidate }) => candidate.number)), how, signal);
    return homes.flatMap(({ session }) => this.#news(session, linked.get(session.sessionId)));
  }

  async #list(how: Look, signal: AbortSignal): Promise<void> {
    const open = new Set<number>();
    let isWhole = false;
    for (let page = 1; page <= PAGES_MAX && !isWhole; page++) {
      const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PAGE, page };
      const answer = await this.#ask('/pulls', pullsShape, signal, query);
      if (answer === undefined) throw new RepositoryUnseen();
      for (const pull of answer.value) {
        open.add(pull.number);
        this.#keep({ ...pull, isMergeable: this.#pulls.get(pull.number)?.isMergeable ?? null });
      }
      isWhole = !answer.hasMore;
      // Behind a page that is as it was, nothing changed but what has ended; that is asked for by itself.
      if (how === 'sparing' && !answer.isNew) return;
    }
    // What is open no more has ended, or fell behind those that are looked at: which, it tells itself.
    for (const [number, pull] of this.#pulls) {
      if (isOpen(pull) && !open.has(number)) this.#pulls.delete(number);
    }
  }

  /** Pull requests that sessions belong to or told of, and that no list holds: they have ended, or nobody looked yet. */
  #tracked(homes: readonly Home[]): Set<number> {
    const key = keyOf(this.repository);
    const isHere = (repository: Repository | undefined) => repository !== undefined && keyOf(repository) === key;
    const numbers = homes.flatMap(({ session: { pullRequest, pullRequestLinks } }) => [
      ...(pullRequest && isHere(repositoryNamed(pullRequest.repository)) ? [pullRequest.number] : []),
      ...pullRequestLinks.flatMap(({ url, number }) => (isHere(repositoryOfPull(url, this.#hostName)) ? [number] : [])),
    ]);
    return new Set(numbers.filter((number) => !this.#pulls.has(number)));
  }

  async #single(number: number, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask(`/pulls/${number}`, pullShape, signal);
    if (answer) this.#keep(answer.value);
  }

  #keep(pull: Pull): void {
    this.#pulls.set(pull.number, pull);
    const heads = this.#heads.get(pull.number) ?? [];
    if (!heads.includes(pull.head)) this.#heads.set(pull.number, [...heads, pull.head].slice(-HEADS_MAX));
  }

  #linked(homes: readonly Home[]): Map<string, Link> {
    const candidates = Array.from(this.#pulls.values(), (pull) => this.#candidate(pull));
    const byNumber = new Map(candidates.map((candidate) => [candidate.number, candidate]));
    const links = homes.flatMap(({ session, repository }): [string, Link][] => {
      const found = linkOf(session, repository, candidates) ?? this.#before(session, byNumber);
      return found ? [[session.sessionId, found]] : [];
    });
    return new Map(links);
  }

  #candidate(pull: Pull): Candidate {
    const { repository, number, url, branch, branchRepository, updatedAt } = pull;
    const commits = this.#heads.get(number) ?? [pull.head];
    return { repository, number, url, branch, branchRepository, commits, isOpen: isOpen(pull), updatedAt };
  }

  /** A session that went on to another branch keeps the pull request that it brought about, until it has another. */
  #before({ pullRequest }: Watched, byNumber: ReadonlyMap<number, Candidate>): Link | undefined {
    if (!pullRequest || pullRequest.repository.toLowerCase() !== keyOf(this.repository)) return undefined;
    const candidate = byNumber.get(pullRequest.number);
    return candidate && { candidate, linkedBy: pullRequest.linkedBy };
  }

  async #detail(numbers: ReadonlySet<number>, how: Look, signal: AbortSignal): Promise<void> {
    const open = [...numbers].flatMap((number) => {
      const pull = this.#pulls.get(number);
      return pull && isOpen(pull) ? [pull] : [];
    });
    for (const number of this.#details.keys()) if (!numbers.has(number)) this.#details.delete(number);
    for (const pull of open) {
      const known = this.#details.get(pull.number);
      const isOther = known?.head !== pull.head || known.updatedAt !== pull.updatedAt;
      const isDue = !known || isOther || known.isMergeable === null || this.#now() - known.askedAt > ASIDE_MS;
      if (how === 'whole' || isOther) await this.#askDetails(pull, known, isDue, signal);
    }
    if (how === 'sparing') await this.#askInTurn(open, signal);
    const isPending = open.some(({ number }) =>
      this.#details.get(number)?.checks.some(({ state }) => state === 'pending'),
    );
    this.pendingSince = isPending ? (this.pendingSince ?? this.#now()) : null;
  }

  async #askDetails(pull: Pull, known: Details | undefined, isDue: boolean, signal: AbortSignal): Promise<void> {
    const askedAt = isDue || !known ? this.#now() : known.askedAt;
    const isMergeable = isDue || !known ? await this.#askMergeable(pull, signal) : known.isMergeable;
    const review = isDue || !known ? await this.#askReview(pull, signal) : known.review;
    const checks = await this.#askChecks(pull, signal);
    this.#details.set(pull.number, {
      head: pull.head,
      updatedAt: pull.updatedAt,
      askedAt,
      review,
      isMergeable,
      checks,
    });
  }

  /** One question about one of some pull requests, another each time: what changed without a trace in the list is seen in the end. */
  async #askInTurn(open: readonly Pull[], signal: AbortSignal): Promise<void> {
    const settled = open.filter((pull) => this.#details.get(pull.number)?.askedAt !== this.#now());
    const pull = settled[Math.floor(this.#turn / 2) % Math.max(1, settled.length)];
    const known = pull && this.#details.get(pull.number);
    if (!pull || !known) return;
    if (this.#turn++ % 2 === 0) known.checks = await this.#askRuns(pull, known.checks, signal);
    else known.isMergeable = await this.#askMergeable(pull, signal);
  }

  async #askMergeable({ number }: Pull, signal: AbortSignal): Promise<boolean | null> {
    const answer = await this.#ask(`/pulls/${number}`, pullShape, signal);
    if (answer) this.#keep(answer.value);
    return answer?.value.isMergeable ?? null;
  }

  async #askReview({ number, awaitsReview }: Pull, signal: AbortSignal): Promise<PullRequest['review']> {
    const answer = await this.#ask(`/pulls/${number}/reviews`, reviewsShape, signal, { per_page: PAGE });
    return reviewOf(answer?.value ?? [], awaitsReview);
  }

  async #askChecks({ head }: Pull, signal: AbortSignal): Promise<PullRequest['checks']> {
    const runs = await this.#ask(`/commits/${head}/check-runs`, runsShape, signal, { per_page: PAGE });
    const statuses = await this.#ask(`/commits/${head}/status`, statusesShape, signal, { per_page: PAGE });
    return checksOf(runs?.value ?? [], statuses?.value ?? []);
  }

  /** Only what may change on a commit that nobody pushed to: runs that were started again. Statuses stay as they were. */
  async #askRuns({ head }: Pull, before: PullRequest['checks'], signal: AbortSignal): Promise<PullRequest['checks']> {
    const runs = await this.#ask(`/commits/${head}/check-runs`, runsShape, signal, { per_page: PAGE });
    if (!runs) return before;
    const names = new Set(runs.value.map(({ name }) => name));
    return checksOf(
      runs.value,
      before.filter(({ name }) => !names.has(name)),
    );
  }

  /** What the board is to show of a session, where that is not what it shows. */
  #news(session: Watched, link: Link | undefined): Found[] {
    const shown = session.pullRequest;
    const pull = link && this.#pulls.get(link.candidate.number);
    if (!link || !pull) return [];
    const isElsewhere = shown !== null && shown.repository.toLowerCase() !== keyOf(this.repository);
    // Whoever looks after that repository has the say, unless this one is linked more surely.
    if (isElsewhere && rankOf(shown.linkedBy) <= rankOf(link.linkedBy)) return [];
    const details = this.#details.get(pull.number);
    const pullRequest: PullRequest = {
      url: pull.url,
      number: pull.number,
      repository: pull.repository,
      title: pull.title,
      state: pull.state,
      branch: pull.branch,
      head: pull.head,
      review: details?.review ?? null,
      isMergeable: details?.isMergeable ?? null,
      checks: details?.checks ?? [],
      linkedBy: link.linkedBy,
      seenAt: this.#now(),
    };
    return isSame(shown, pullRequest) ? [] : [{ sessionId: session.sessionId, pullRequest }];
  }

  async #ask<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    signal: AbortSignal,
    query?: Record<string, string | number>,
  ): Promise<Extract<Answer<z.output<Shape>>, { kind: 'known' }> | undefined> {
    const { repository } = this;
    const answer = await this.#host.ask({ repository, path, shape, ...(query ? { query } : {}) }, signal);
    return answer.kind === 'known' ? answer : undefined;
  }
}

const isOpen = ({ state }: Pull): boolean => state === 'open' || state === 'draft';

/** Whether a person sees no difference: that it was looked at again is none. */
const isSame = (a: PullRequest | null, b: PullRequest): boolean =>
  a !== null && isDeepStrictEqual({ ...a, seenAt: 0 }, { ...b, seenAt: 0 });
