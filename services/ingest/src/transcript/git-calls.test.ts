import { describe, expect, test } from 'vitest';
import { assistantLine, promptLine, toolResultLine } from '../../test/entries.ts';
import { createTranscriptParser } from './parse.ts';

const place = { repo: 'git.acme.dev/acme/widgets', remote: 'git.acme.dev/acme/widgets', branch: null, worktree: null };

/** What a call that prints something tells beside its beginning and its end. */
const told = (block: object, result: object, fields: object = {}) => {
  const parser = createTranscriptParser({
    sessionId: 'session-1',
    machine: 'devbox',
    owner: null,
    stream: 'transcript:a.jsonl#0',
    locate: () => place,
  });
  const lines = [
    promptLine(),
    assistantLine({ type: 'tool_use', id: 'toolu_1', ...block }, {}, fields as Record<string, unknown>),
    toolResultLine('toolu_1', { ...result, ...fields }),
  ];
  return lines
    .flatMap((line, index) => parser.line(line, index * 10_000, Number.MAX_SAFE_INTEGER).events)
    .filter(({ type }) => type === 'CommitMade' || type === 'PullRequestLinked')
    .map(({ type, data }) => ({ type, ...data }));
};
const bash = (command: string, stdout: string, more: object = {}) =>
  told({ name: 'Bash', input: { command } }, { toolUseResult: { stdout, stderr: '', ...more } });
const commits = (command: string, stdout: string) =>
  bash(command, stdout).map((fact) => ('sha' in fact ? fact.sha : fact.type));
const pulls = (command: string, stdout: string) =>
  bash(command, stdout).map((fact) => ('url' in fact ? fact.url : fact.type));

const URL_7 = 'https://github.com/acme/widgets/pull/7';
const URL_8 = 'https://github.com/acme/widgets/pull/8';

describe('a commit', () => {
  test.each([
    ['git commit -m "Fix it"', '[main 4f2a9c1] Fix it\n 1 file changed, 2 insertions(+)\n', ['4f2a9c1']],
    ['cd app && git -C .. commit --amend', 'lint passed\n[fix/tail 4f2a9c1d] Fix it\n', ['4f2a9c1d']],
    ['git init && git commit -am x', '[main (root-commit) 0123abc] x\n', ['0123abc']],
    ['git cherry-pick a b', '[detached HEAD 1111111] A\n[detached HEAD 2222222] B\n', ['1111111', '2222222']],
  ])('is known by its hash: %s', (command, stdout, hashes) => {
    expect(commits(command, stdout)).toEqual(hashes);
  });

  test.each([
    ['cat notes.txt', '[main 4f2a9c1] Fix it\n'],
    ['git log --oneline', '4f2a9c1 Fix it\n'],
    ['git commit -m x', 'nothing to commit, working tree clean\n'],
    ['git commit -m x', 'see [main 4f2a9c1] in the docs\n'],
  ])('is not what only looks like one: %s', (command, stdout) => {
    expect(commits(command, stdout)).toEqual([]);
  });

  test('is told without a word of what was printed', () => {
    expect(bash('git commit -m "Buy Acme"', '[secret-plan 4f2a9c1] Buy Acme\n')).toEqual([
      { type: 'CommitMade', sha: '4f2a9c1' },
    ]);
  });
});

describe('a pull request', () => {
  test('is known by the address that `gh` prints', () => {
    expect(bash('gh pr create --fill', `Creating pull request for fix into main\n\n${URL_7}\n`)).toEqual([
      { type: 'PullRequestLinked', url: URL_7, number: 7, repository: 'acme/widgets', by: 'output' },
    ]);
  });

  test('is the last one where several are named, and none where that is not clear', () => {
    expect(pulls('gh pr list && gh pr create --fill', `${URL_8}\n${URL_7}\n`)).toEqual([URL_7]);
    expect(pulls('gh pr create && gh pr list', `${URL_7}\n${URL_8} open\n`)).toEqual([]);
  });

  test('is known by the answer of a tool that opens one', () => {
    const answer = { content: [{ type: 'text', text: `{"id":"1","url":"${URL_7}"}` }] };
    const opened = told(
      { name: 'mcp__github__create_pull_request', input: {} },
      { message: { role: 'user', content: [{ tool_use_id: 'toolu_1', type: 'tool_result', ...answer }] } },
    );
    expect(opened).toMatchObject([{ url: URL_7 }]);
  });

  test('may be at the host of the session’s own repository, and nowhere else', () => {
    expect(pulls('gh pr create', 'https://git.acme.dev/acme/widgets/pull/7')).toHaveLength(1);
    expect(pulls('gh pr create', 'https://evil.example/acme/widgets/pull/7')).toEqual([]);
    expect(pulls('gh pr create', 'https://github.com.evil.example/acme/widgets/pull/7')).toEqual([]);
  });

  test.each([
    ['gh pr view 7', URL_7],
    ['gh pr list', URL_7],
    ['curl https://example.com', URL_7],
    ['gh pr create', 'https://github.com/acme/widgets/pull/new/fix'],
    ['gh pr create', `${URL_7}/files?token=hush`],
    ['gh pr create', `http://github.com/acme/widgets/pull/7`],
    ['gh pr create', `https://user:hush@github.com/acme/widgets/pull/7`],
  ])('is nothing else: %s prints %s', (command, stdout) => {
    expect(bash(command, stdout)).toEqual([]);
  });
});

test('of a subagent nothing is told: it is not the session’s own', () => {
  const commit = { name: 'Bash', input: { command: 'git commit -m x' } };
  const result = { toolUseResult: { stdout: '[main 4f2a9c1] x' } };
  expect(told(commit, result, { isSidechain: true, agentId: 'a1' })).toEqual([]);
});

test('a call is remembered across a restart', () => {
  const options = { sessionId: 's', machine: 'm', owner: null, stream: 'transcript:a', locate: () => place };
  const first = createTranscriptParser(options);
  first.line(promptLine(), 0, Number.MAX_SAFE_INTEGER);
  const call = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'git commit -m x' } };
  first.line(assistantLine(call), 10_000, Number.MAX_SAFE_INTEGER);
  const second = createTranscriptParser({ ...options, state: JSON.parse(JSON.stringify(first.state())) });
  const result = toolResultLine('toolu_1', { toolUseResult: { stdout: '[main 4f2a9c1] x' } });
  expect(second.line(result, 20_000, Number.MAX_SAFE_INTEGER).events.map(({ type }) => type)).toContain('CommitMade');
});
