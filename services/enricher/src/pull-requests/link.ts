import type { Card, PullRequest } from '@crewboard/contract';
import { fullName, type Repository } from './remote.ts';

/** What of a session tells which pull request is its own. */
export type Linkable = Pick<Card, 'branch' | 'commits' | 'pullRequestLinks'>;

/** What of a pull request tells whose it is. */
export interface Candidate {
  /** The repository that it is opened in. */
  repository: string;
  number: number;
  url: string;
  /** The branch that it brings, and the repository that the branch is in: a fork has its own. */
  branch: string;
  branchRepository: string | null;
  /** All its commits that are known, full hashes: at least the head. */
  commits: readonly string[];
  isOpen: boolean;
  updatedAt: number;
}

export interface Link {
  candidate: Candidate;
  linkedBy: PullRequest['linkedBy'];
}

/** Branches that everybody has: a pull request from one of them says nothing of who works on it. */
const COMMON_BRANCHES: ReadonlySet<string> = new Set(['main', 'master', 'develop', 'trunk', 'HEAD', '']);

/**
 * The pull request of a session that works in `repository`: the one that the client itself noted, else the one of its branch, of a commit that it
 * made, or whose address a command of it printed. Of several that are found in one way the open ones go first, then the newest.
 */
export const linkOf = (
  session: Linkable,
  repository: Repository | undefined,
  candidates: readonly Candidate[],
): Link | undefined => {
  const sorted = candidates.toSorted((a, b) => Number(b.isOpen) - Number(a.isOpen) || b.updatedAt - a.updatedAt);
  const noted = (by: 'client' | 'output'): Candidate | undefined => {
    for (const link of session.pullRequestLinks.toReversed()) {
      if (link.by !== by) continue;
      const found = candidates.find(({ url }) => sameAddress(url, link.url));
      if (found) return found;
    }
    return undefined;
  };
  const byBranch = (): Candidate | undefined => {
    const { branch } = session;
    if (!repository || branch === null || COMMON_BRANCHES.has(branch)) return undefined;
    return sorted.find(
      (candidate) =>
        candidate.branch === branch &&
        // A fork that is gone was somebody's, nobody knows whose.
        candidate.branchRepository !== null &&
        isSame(candidate.branchRepository, fullName(repository)),
    );
  };
  const byCommit = (): Candidate | undefined =>
    sorted.find(({ commits }) => session.commits.some((made) => commits.some((sha) => sha.startsWith(made))));

  const ways = [
    ['client', () => noted('client')],
    ['branch', byBranch],
    ['commit', byCommit],
    ['url', () => noted('output')],
  ] as const;
  for (const [linkedBy, find] of ways) {
    const candidate = find();
    if (candidate) return { candidate, linkedBy };
  }
  return undefined;
};

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The surer a way, the smaller its number. */
export const rankOf = (linkedBy: PullRequest['linkedBy']): number =>
  ['client', 'branch', 'commit', 'url'].indexOf(linkedBy);

/** Addresses of one pull request, whatever stands behind its number. */
const sameAddress = (a: string, b: string): boolean => isSame(stripped(a), stripped(b));
const stripped = (url: string): string => url.replace(/(\/pull\/\d+).*$/, '$1');
