import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocate } from './repository.ts';

let home: string;
let repo: string;

const git = (cwd: string, ...args: string[]): void => {
  const identity = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', '-c', 'init.defaultBranch=main'];
  const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...identity, ...args], { cwd, env, stdio: 'ignore' });
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'crewboard-repository-'));
  repo = join(home, 'widgets');
  mkdirSync(join(repo, 'src', 'deep'), { recursive: true });
  git(repo, 'init');
  git(repo, 'commit', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const locate = (cwd: string) => createLocate()(cwd);

describe('a folder', () => {
  it('in a repository is named by its remote, from any depth', () => {
    git(repo, 'remote', 'add', 'origin', 'https://dev:pw@github.com/acme/widgets.git');
    const place = { repo: 'acme/widgets', remote: 'github.com/acme/widgets', branch: 'main', worktree: null };
    expect(locate(repo)).toEqual(place);
    expect(locate(join(repo, 'src', 'deep'))).toEqual(place);
    expect(locate(join(repo, 'not', 'there', 'yet'))).toEqual(place);
  });

  it('without a remote is named by the repository’s folder', () => {
    git(repo, 'checkout', '-b', 'feature/a');
    expect(locate(join(repo, 'src'))).toEqual({ repo: 'widgets', remote: null, branch: 'feature/a', worktree: null });
  });

  it('of a linked worktree belongs to the main one', () => {
    const tree = join(home, 'trees', 'widgets-42');
    git(repo, 'worktree', 'add', tree, '-b', 'issue-42');
    const place = { repo: 'widgets', remote: null, branch: 'issue-42', worktree: 'widgets-42' };
    expect(locate(tree)).toEqual(place);
    git(repo, 'remote', 'add', 'origin', 'git@gitlab.example.com:team/widgets.git');
    const repoName = 'gitlab.example.com/team/widgets';
    expect(locate(tree)).toEqual({ ...place, repo: repoName, remote: repoName });
  });

  it('of a worktree of a bare repository is named after that', () => {
    git(home, 'clone', '--bare', repo, join(home, 'gadgets.git'));
    const tree = join(home, 'tree');
    git(join(home, 'gadgets.git'), 'worktree', 'add', tree);
    expect(locate(tree)).toMatchObject({ worktree: 'tree', branch: 'tree' });
  });

  it('with a detached head has no branch', () => {
    git(repo, 'checkout', '--detach');
    expect(locate(repo).branch).toBeNull();
  });

  it('of a submodule is a repository of its own', () => {
    git(home, 'clone', repo, join(home, 'outer'));
    git(join(home, 'outer'), '-c', 'protocol.file.allow=always', 'submodule', 'add', repo, 'parts/inner');
    expect(locate(join(home, 'outer', 'parts', 'inner'))).toMatchObject({ repo: 'inner', worktree: null });
  });

  it('that is gone, or in no repository, is told by its own name', () => {
    const nowhere = { remote: null, branch: null, worktree: null };
    expect(locate(join(home, 'plain'))).toEqual({ ...nowhere, repo: 'plain' });
    expect(locate('C:\\work\\widgets\\')).toEqual({ ...nowhere, repo: 'widgets' });
    expect(locate('/')).toEqual({ ...nowhere, repo: '/' });
  });

  it('with a damaged .git is told by its own name', () => {
    const odd = join(home, 'odd');
    mkdirSync(odd);
    writeFileSync(join(odd, '.git'), 'gitdir: ../nowhere/at/all\n');
    expect(locate(odd)).toMatchObject({ repo: 'odd', remote: null, branch: null });
  });

  it('is looked at again after a few seconds', () => {
    let now = 0;
    const locateAt = createLocate(() => now);
    const first = locateAt(repo);
    git(repo, 'checkout', '-b', 'next');
    expect(locateAt(repo)).toBe(first);
    now += 5_000;
    expect(locateAt(repo).branch).toBe('next');
  });
});
