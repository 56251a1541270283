import { describe, expect, test } from 'vitest';
import { type Candidate, type Linkable, linkOf } from './link.ts';

const repository = { owner: 'acme', name: 'widgets' };
const session = (overrides: Partial<Linkable> = {}): Linkable => ({
  branch: null,
  commits: [],
  pullRequestLinks: [],
  ...overrides,
});
const pull = (number: number, overrides: Partial<Candidate> = {}): Candidate => ({
  repository: 'acme/widgets',
  number,
  url: `https://github.com/acme/widgets/pull/${number}`,
  branch: `branch-${number}`,
  branchRepository: 'acme/widgets',
  commits: [`${number}`.repeat(40)],
  isOpen: true,
  updatedAt: number,
  ...overrides,
});
const noted = (number: number, by: 'client' | 'output') => ({
  url: `https://github.com/acme/widgets/pull/${number}`,
  number,
  repository: 'acme/widgets',
  by,
});
const found = (of: Linkable, pulls: readonly Candidate[]) => {
  const link = linkOf(of, repository, pulls);
  return link && [link.candidate.number, link.linkedBy];
};

describe('the pull request of a session', () => {
  const all = [pull(1), pull(2), pull(3), pull(4)];

  test('is what the client noted, before all else', () => {
    const of = session({
      branch: 'branch-2',
      commits: ['3333333'],
      pullRequestLinks: [noted(4, 'output'), noted(1, 'client')],
    });
    expect(found(of, all)).toEqual([1, 'client']);
  });

  test('is its branch’s, then its commits’, then the one whose address was printed', () => {
    const pullRequestLinks = [noted(4, 'output')];
    expect(found(session({ branch: 'branch-2', commits: ['3333333'], pullRequestLinks }), all)).toEqual([2, 'branch']);
    expect(found(session({ branch: 'other', commits: ['3333333'], pullRequestLinks }), all)).toEqual([3, 'commit']);
    expect(found(session({ pullRequestLinks }), all)).toEqual([4, 'url']);
    expect(found(session({ branch: 'other' }), all)).toBeUndefined();
  });

  test('is none for a branch that everybody has', () => {
    expect(
      found(session({ branch: 'main' }), [pull(1, { branch: 'main', branchRepository: 'stranger/widgets' })]),
    ).toBeUndefined();
    expect(found(session({ branch: 'main' }), [pull(1, { branch: 'main' })])).toBeUndefined();
  });

  test('is none of a stranger’s fork with a branch of the same name', () => {
    const stranger = pull(1, { branch: 'fix', branchRepository: 'stranger/widgets' });
    expect(found(session({ branch: 'fix' }), [stranger])).toBeUndefined();
    expect(linkOf(session({ branch: 'fix' }), { owner: 'stranger', name: 'widgets' }, [stranger])?.linkedBy).toBe(
      'branch',
    );
  });

  test('is an open one before one that is closed, and the newest of those', () => {
    const pulls = [
      pull(1, { branch: 'fix', isOpen: false, updatedAt: 9 }),
      pull(2, { branch: 'fix', updatedAt: 2 }),
      pull(3, { branch: 'fix', updatedAt: 1 }),
    ];
    expect(found(session({ branch: 'fix' }), pulls)).toEqual([2, 'branch']);
  });
});
