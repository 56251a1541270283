import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoardChange, Card, Notice, PullRequest } from '@crewboard/contract';
import { aCard, T0 } from '@crewboard/contract/testing';
import { type EventLog, openEmbeddedLog } from '@crewboard/event-log';
import { type MemoryStore, openMemoryRecords } from '@crewboard/records/testing';
import { createLogger } from '@crewboard/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SHA, type StubGithub, startGithub } from '../../test/stub-github.ts';
import { createNotices } from '../notices.ts';
import type { Credentials } from './credentials.ts';
import { createHost, type Outcome } from './host.ts';
import { createPullRequestNotices } from './notices.ts';
import { createPullRequests } from './pull-requests.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const logger = createLogger({ name: 'test', level: 'silent' });

/** A session that waits since before anyone watched, so that nothing hurries. */
const session = (sessionId: string, overrides: Partial<Card> = {}): Card =>
  aCard({
    sessionId,
    remote: '127.0.0.1/acme/widgets',
    branch: 'fix',
    status: 'idle',
    since: T0 - HOUR,
    lastActivityAt: T0 - HOUR,
    ...overrides,
  });

interface Options {
  credentials?: Credentials;
  apiUrl?: string;
}

/** A board, a stub GitHub and as many replicas as are started, by a clock of the test's own. */
const world = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-github-'));
  const log: EventLog = await openEmbeddedLog({ dir, partitions: 1 });
  onTestFinished(async () => {
    await log.close();
    await rm(dir, { recursive: true, force: true });
  });
  const github = await startGithub();
  let at = T0;
  const now = () => at;
  const store: MemoryStore = new Map();
  const records = openMemoryRecords(store, now);
  const { signal } = new AbortController();

  const board = async (cards: readonly Card[], removed: readonly string[] = []): Promise<void> => {
    const lease = await log.acquireLease(0, 'test', 60_000);
    if (!lease) throw new Error('the lease is taken');
    const changes: BoardChange[] = [
      ...cards.map((card): BoardChange => ({ type: 'CardChanged', sessionId: card.sessionId, card })),
      ...removed.map((sessionId): BoardChange => ({ type: 'CardRemoved', sessionId })),
    ];
    const rows = cards.map((card) => ({ sessionId: card.sessionId, state: {}, card }));
    await log.save(lease, {
      rows,
      removed,
      changes,
      history: [],
      story: [],
      spans: [],
      checkpoint: await log.lastOffset(0),
    });
  };

  const replica = (holder = 'one', { credentials = { token: 'good' }, apiUrl = github.url }: Options = {}) => {
    const outcomes: Outcome[] = [];
    const host = createHost({ credentials, apiUrl, asked: (outcome) => outcomes.push(outcome), now });
    const notices = createPullRequestNotices(createNotices(records, logger, now));
    const works = createPullRequests({ log, records, host, hostName: '127.0.0.1', holder, notices, logger, now });
    /** Rounds until nothing more begins: where a repository is comes first, then what is in it. */
    const rounds = async (): Promise<void> => {
      for (let round = 0; round < 4; round++) {
        await works.tick(signal);
        await works.settled();
      }
    };
    return { outcomes, rounds, works };
  };

  return {
    log,
    github,
    records,
    board,
    replica,
    now,
    /** Lets time pass in steps of some seconds, with a round of each replica at each. */
    async pass(ms: number, replicas: readonly { works: ReturnType<typeof createPullRequests> }[], stepMs = 15_000) {
      for (const end = at + ms; at < end; ) {
        at = Math.min(end, at + stepMs);
        for (const { works } of replicas) {
          await works.tick(signal);
          await works.settled();
        }
      }
    },
    shown: async (sessionId: string): Promise<PullRequest | null> => {
      const found = (await log.load(0)).enrichments.findLast((change) => change.sessionId === sessionId);
      return found?.type === 'PullRequestSeen' ? found.pullRequest : null;
    },
    appended: async (): Promise<string[]> =>
      (await log.readChanges(0, { after: '0-0', count: 1_000 })).flatMap((change) =>
        change.type === 'PullRequestSeen' ? [`${change.sessionId}: ${change.pullRequest?.state}`] : [],
      ),
    notices: async (): Promise<string[]> =>
      (await records.list('notice')).map(({ value }) => (value as Notice).says).toSorted(),
  };
};

const pullsOf = (github: StubGithub, name = 'acme/widgets') => {
  const repository = github.repositories.get(name) ?? { pulls: [] };
  github.repositories.set(name, repository);
  return repository.pulls;
};

test('a session shows the pull request of its branch with all that is known of it', async () => {
  const { github, board, replica, shown, now } = await world();
  pullsOf(github).push({
    number: 7,
    title: 'Read whole lines',
    branch: 'fix',
    head: SHA('a'),
    mergeable: false,
    reviews: [
      { by: 'lena', state: 'APPROVED' },
      { by: 'mara', state: 'CHANGES_REQUESTED' },
      { by: 'mara', state: 'COMMENTED' },
      { by: 'stranger', state: 'APPROVED', association: 'NONE' },
    ],
    runs: [
      { name: 'lint', conclusion: 'failure' },
      { name: 'test (node 22)', status: 'in_progress' },
      { name: 'docs', conclusion: 'skipped', url: 'javascript:alert(1)' },
    ],
    statuses: [{ context: 'ci/deploy', state: 'success', url: 'https://ci.example/deploy' }],
  });
  await board([session('a')]);
  await replica().rounds();
  expect(await shown('a')).toEqual({
    url: 'https://127.0.0.1/acme/widgets/pull/7',
    number: 7,
    repository: 'acme/widgets',
    title: 'Read whole lines',
    state: 'open',
    branch: 'fix',
    head: SHA('a'),
    review: 'changes_requested',
    isMergeable: false,
    checks: [
      { name: 'ci/deploy', state: 'passed', url: 'https://ci.example/deploy' },
      { name: 'docs', state: 'skipped', url: null },
      { name: 'lint', state: 'failed', url: 'https://ci.example/lint' },
      { name: 'test (node 22)', state: 'pending', url: 'https://ci.example/test%20(node%2022)'.replaceAll('%20', ' ') },
    ],
    linkedBy: 'branch',
    seenAt: now(),
  });
});

describe('what costs', () => {
  test('a quiet repository takes at most twelve requests an hour, and none of them costs', async () => {
    const { github, board, replica, pass } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' }, { number: 8, branch: 'other' });
    await board([session('a'), session('b', { branch: 'other' }), session('c', { branch: 'third' })]);
    const one = replica();
    await one.rounds();
    await pass(HOUR, [one]);
    const before = github.requests.length;
    await pass(HOUR, [one]);
    const asked = github.requests.slice(before);
    console.info(
      `quiet: ${asked.length} requests in an hour, ${asked.filter(({ costs }) => costs).length} of them counted`,
    );
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.length).toBeLessThanOrEqual(12);
    expect(asked.filter(({ costs }) => costs)).toEqual([]);
  }, 60_000);

  test('a busy one is asked more often, and costs only what is new', async () => {
    const { github, board, replica, pass, now, shown } = await world();
    const pull = { number: 7, branch: 'fix', runs: [{ name: 'lint', status: 'in_progress' }] };
    pullsOf(github).push(pull);
    await board([session('a', { status: 'working', since: now(), lastActivityAt: now() })]);
    const one = replica();
    await one.rounds();
    const before = github.requests.length;
    await pass(HOUR, [one], 30_000);
    const asked = github.requests.slice(before);
    console.info(
      `busy: ${asked.length} requests in an hour, ${asked.filter(({ costs }) => costs).length} of them counted`,
    );
    expect(asked.filter(({ costs }) => costs)).toEqual([]);
    pull.runs = [{ name: 'lint', status: 'completed' }];
    await pass(30_000, [one]);
    expect((await shown('a'))?.checks).toMatchObject([{ name: 'lint', state: 'passed' }]);
  }, 120_000);

  test('two hundred sessions in forty repositories cost little of the five thousand requests of an hour', async () => {
    const { github, board, replica, pass, now } = await world();
    const cards = Array.from({ length: 40 }, (_, at) => {
      const name = `acme/repository-${at}`;
      pullsOf(github, name).push(
        ...[1, 2, 3].map((number) => ({ number, branch: `fix-${number}`, head: SHA(number) })),
      );
      return [1, 2, 3, 4, 5].map((number) =>
        session(`${at}-${number}`, {
          remote: `127.0.0.1/${name}`,
          branch: `fix-${number}`,
          ...(at < 10 ? { status: 'working', since: now(), lastActivityAt: now() } : {}),
        }),
      );
    });
    await board(cards.flat());
    const replicas = [replica('one'), replica('two')];
    await pass(HOUR, replicas, MINUTE);
    const counted = github.requests.filter(({ costs }) => costs).length;
    console.info(
      `200 sessions in 40 repositories, 10 of them busy: ${github.requests.length} requests, ${counted} counted`,
    );
    expect(counted).toBeLessThan(40 * 15);
    expect(github.requests.length).toBeLessThan(40 * 400);
    expect(github.requests.filter(({ status }) => status >= 400)).toEqual([]);
  }, 120_000);

  test('two replicas ask once, and the other goes on when one dies', async () => {
    const { github, board, replica, pass, shown } = await world();
    const pull = { number: 7, branch: 'fix', title: 'Before' };
    pullsOf(github).push(pull);
    await board([session('a')]);
    const [one, two] = [replica('one'), replica('two')];
    await one.rounds();
    await two.rounds();
    expect(two.outcomes).toEqual([]);
    pull.title = 'After';
    await pass(2 * MINUTE, [two]);
    expect((await shown('a'))?.title).toBe('After');
  });

  test('what shows no difference is not written', async () => {
    const { github, board, replica, pass, appended } = await world();
    const pull = { number: 7, branch: 'fix', updatedAt: '2026-01-05T09:00:00Z' };
    pullsOf(github).push(pull);
    await board([session('a')]);
    const one = replica();
    await one.rounds();
    pull.updatedAt = '2026-01-05T11:00:00Z';
    await pass(HOUR, [one]);
    expect(await appended()).toEqual(['a: open']);
    // Nor by who comes later, and knows only what the board shows.
    await pass(HOUR, [replica('two')]);
    expect(await appended()).toEqual(['a: open']);
  });

  test('a webhook has a repository looked at at once, and less often from then on', async () => {
    const { github, board, replica, pass, shown, records, now } = await world();
    const pull = { number: 7, branch: 'fix', runs: [{ name: 'lint', status: 'in_progress' }] };
    pullsOf(github).push(pull);
    await board([session('a', { status: 'working', since: now(), lastActivityAt: now() })]);
    const one = replica();
    await one.rounds();
    await records.update('touch', 'acme/widgets', () => ({ value: { at: now() } }));
    await pass(5_000, [one], 1_000);
    pull.runs = [{ name: 'lint', status: 'completed' }];
    const before = github.requests.length;
    await pass(10 * MINUTE, [one]);
    expect(github.requests.length).toBe(before);
    await records.update('touch', 'acme/widgets', () => ({ value: { at: now() } }));
    await pass(1_000, [one], 1_000);
    expect((await shown('a'))?.checks).toMatchObject([{ state: 'passed' }]);
  });
});

describe('links', () => {
  test('are found by the client’s note, by branch, by commits and by an address that was printed', async () => {
    const { github, board, replica, shown } = await world();
    pullsOf(github).push(...[1, 2, 3, 4].map((number) => ({ number, head: SHA(number), branch: `b${number}` })));
    const noted = (number: number, by: 'client' | 'output') => ({
      url: `https://127.0.0.1/acme/widgets/pull/${number}`,
      number,
      repository: 'acme/widgets',
      by,
    });
    await board([
      session('a', { branch: 'b2', pullRequestLinks: [noted(1, 'client')] }),
      session('b', { branch: 'b2', commits: ['3333333'] }),
      session('c', { branch: 'main', commits: ['3333333'], pullRequestLinks: [noted(4, 'output')] }),
      session('d', { branch: 'main', pullRequestLinks: [noted(4, 'output')] }),
      session('e', { branch: 'main' }),
      session('f', { branch: 'b2', remote: 'gitlab.example/acme/widgets' }),
      session('g', { branch: 'b2', remote: 'gitlab.example/acme/widgets', pullRequestLinks: [noted(4, 'output')] }),
    ]);
    await replica().rounds();
    const found = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(shown));
    expect(found.map((pull) => pull && [pull.number, pull.linkedBy])).toEqual([
      [1, 'client'],
      [2, 'branch'],
      [3, 'commit'],
      [4, 'url'],
      null,
      null,
      [4, 'url'],
    ]);
  });

  test('lead from a fork to the repository that it is a fork of, and from no stranger’s fork', async () => {
    const { github, board, replica, shown } = await world();
    pullsOf(github).push(
      { number: 7, branch: 'fix', from: 'mara/widgets' },
      { number: 8, branch: 'fix', from: 'stranger/widgets', updatedAt: '2026-02-01T00:00:00Z' },
      { number: 9, branch: 'fix', from: null, updatedAt: '2026-02-01T00:00:00Z' },
    );
    github.repositories.set('mara/widgets', { pulls: [], parent: 'acme/widgets' });
    await board([session('a', { remote: '127.0.0.1/mara/widgets' }), session('b')]);
    await replica().rounds();
    expect(await shown('a')).toMatchObject({ number: 7, repository: 'acme/widgets', linkedBy: 'branch' });
    expect(await shown('b')).toBeNull();
    // One list for both.
    expect(github.requests.filter(({ path }) => /\/pulls\?/.test(path))).toHaveLength(1);
  });

  test('stay when the session goes on to another branch, and give way to another pull request', async () => {
    const { github, board, replica, pass, shown } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' });
    await board([session('a')]);
    const one = replica();
    await one.rounds();
    await board([session('a', { branch: 'main' })]);
    await pass(15 * MINUTE, [one]);
    expect((await shown('a'))?.number).toBe(7);
    pullsOf(github).push({ number: 8, branch: 'next' });
    await board([session('a', { branch: 'next' })]);
    await pass(15 * MINUTE, [one]);
    expect((await shown('a'))?.number).toBe(8);
  });

  test('are found on every page', async () => {
    const { github, board, replica, shown } = await world();
    pullsOf(github).push(...Array.from({ length: 230 }, (_, index) => ({ number: index + 1 })));
    await board([session('a', { branch: 'branch-220' })]);
    await replica().rounds();
    expect((await shown('a'))?.number).toBe(220);
  });
});

test('a pull request that was merged or closed settles, and what is merged before anybody looked is known by its address', async () => {
  const { github, board, replica, pass, shown, appended } = await world();
  const pulls = [
    { number: 7, branch: 'fix', isMerged: false },
    { number: 8, branch: 'other', state: 'open' as 'open' | 'closed' },
    { number: 9, branch: 'gone', isMerged: true },
  ];
  pullsOf(github).push(...pulls);
  const url = 'https://127.0.0.1/acme/widgets/pull/9';
  const link = { url, number: 9, repository: 'acme/widgets', by: 'client' as const };
  await board([
    session('a'),
    session('b', { branch: 'other' }),
    session('c', { branch: 'x', pullRequestLinks: [link] }),
  ]);
  const one = replica();
  await one.rounds();
  expect((await shown('c'))?.state).toBe('merged');
  for (const pull of pulls) if (pull.number === 7) pull.isMerged = true;
  for (const pull of pulls) if (pull.number === 8) pull.state = 'closed';
  await pass(15 * MINUTE, [one]);
  expect((await shown('a'))?.state).toBe('merged');
  expect((await shown('b'))?.state).toBe('closed');
  expect(await appended()).toHaveLength(5);
  // What has ended is not asked for again.
  const before = github.requests.length;
  await pass(HOUR, [one]);
  expect(github.pathsSince(before).filter((path) => !path.includes('/pulls?'))).toEqual([]);
});

test('a session that left the board gets nothing, and its repository is asked for no more', async () => {
  const { github, board, replica, pass } = await world();
  pullsOf(github).push({ number: 7, branch: 'fix' });
  await board([session('a')]);
  const one = replica();
  await one.rounds();
  await board([], ['a']);
  const before = github.requests.length;
  await pass(HOUR, [one]);
  expect(github.requests.length).toBe(before);
});

test('a repository that moved is followed, and its pull requests are known by old addresses too', async () => {
  const { github, board, replica, shown } = await world();
  github.moved.set('acme/widgets', 'acme/gadgets');
  pullsOf(github, 'acme/gadgets').push({ number: 7, branch: 'fix' }, { number: 8, branch: 'y' });
  const url = 'https://127.0.0.1/acme/widgets/pull/8';
  const link = { url, number: 8, repository: 'acme/widgets', by: 'client' as const };
  await board([session('a'), session('b', { branch: 'main', pullRequestLinks: [link] })]);
  await replica().rounds();
  expect(await shown('a')).toMatchObject({ number: 7, repository: 'acme/gadgets' });
  expect(await shown('b')).toMatchObject({ number: 8, repository: 'acme/gadgets', linkedBy: 'client' });
  expect(github.requests.filter(({ status }) => status === 301)).toHaveLength(1);
});

describe('limits and faults', () => {
  test('a repository that nobody shows us is told in one line, and asked for again after an hour', async () => {
    const { github, board, replica, pass, notices, shown } = await world();
    await board([session('a'), session('b')]);
    const one = replica();
    await one.rounds();
    const says = 'Pull requests of acme/widgets are not shown: GitHub does not let this board see the repository.';
    expect(await notices()).toEqual([says]);
    expect(github.requests).toHaveLength(1);
    await pass(59 * MINUTE, [one]);
    expect(github.requests).toHaveLength(1);
    pullsOf(github).push({ number: 7, branch: 'fix' });
    await pass(3 * MINUTE, [one]);
    expect(await notices()).toEqual([]);
    expect((await shown('a'))?.number).toBe(7);
  });

  test('credentials that are refused are told in one line, and tried rarely', async () => {
    const { github, board, replica, pass, notices } = await world();
    github.state.accepts = (authorization) => authorization.endsWith('good');
    github.repositories.set('acme/widgets', { pulls: [] });
    await board([session('a'), session('b', { remote: '127.0.0.1/acme/ledger' })]);
    const one = replica('one', { credentials: { token: 'bad' } });
    await one.rounds();
    await pass(HOUR, [one]);
    expect(await notices()).toEqual([
      'Pull requests are not looked up: GitHub refuses the token or app of this board.',
    ]);
    expect(github.requests.length).toBeLessThanOrEqual(10);
  });

  test.each([
    ['the hour’s requests are used up', 403, { 'x-ratelimit-remaining': '0' }, 'API rate limit exceeded', 10 * MINUTE],
    [
      'there are too many at once',
      403,
      { 'retry-after': '120' },
      'You have exceeded a secondary rate limit',
      2 * MINUTE,
    ],
    ['a proxy limits them', 429, { 'retry-after': '90' }, 'Slow down', 90_000],
    ['a proxy limits them for ever', 429, { 'retry-after': '9e15' }, 'Slow down', 60 * MINUTE],
  ])('when %s, nothing is asked until it is over', async (_name, status, headers, message, waitMs) => {
    const { github, board, replica, pass, notices, shown } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' });
    await board([session('a')]);
    const reset = { 'x-ratelimit-reset': String(Math.ceil((Date.now() + waitMs) / 1_000)) };
    github.state.fault = () => ({ status, headers: { ...headers, ...reset }, body: { message } });
    const one = replica();
    await one.rounds();
    expect(github.requests).toHaveLength(1);
    expect((await notices())[0]).toMatch(/^Pull requests wait until \d\d:\d\d UTC: /);
    github.state.fault = undefined;
    await pass(waitMs - 5_000, [one], 1_000);
    expect(github.requests).toHaveLength(1);
    await pass(30_000, [one], 1_000);
    expect((await shown('a'))?.number).toBe(7);
    expect(await notices()).toEqual([]);
  });

  test('while GitHub fails or is away it is asked ever more rarely, and what the board shows stays', async () => {
    const { github, board, replica, pass, notices, shown } = await world();
    const pull = { number: 7, branch: 'fix', title: 'Before' };
    pullsOf(github).push(pull);
    await board([session('a')]);
    const one = replica();
    await one.rounds();
    pull.title = 'After';
    github.state.fault = () => ({ status: 500 });
    const before = github.requests.length;
    await pass(30 * MINUTE, [one], MINUTE);
    expect((await shown('a'))?.title).toBe('Before');
    expect(await notices()).toEqual([
      'Pull requests may be out of date: GitHub does not answer. It is asked again and again.',
    ]);
    // Each try is two: the plugin's, at once.
    expect(github.requests.length - before).toBeLessThanOrEqual(14);
    github.state.fault = undefined;
    await pass(12 * MINUTE, [one]);
    expect((await shown('a'))?.title).toBe('After');
    expect(await notices()).toEqual([]);
  }, 60_000);

  test('an answer that can not be read breaks nothing, and its readable part counts', async () => {
    const { github, board, replica, shown } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' });
    await board([session('a')]);
    github.state.fault = (_request, path) =>
      path.endsWith('/check-runs')
        ? {
            status: 200,
            body: { check_runs: [{ name: 5 }, { name: 'lint', status: 'completed', conclusion: 'success' }] },
          }
        : undefined;
    await replica().rounds();
    expect((await shown('a'))?.checks).toEqual([{ name: 'lint', state: 'passed', url: null }]);
  });
});

describe('an app', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const credentials = { appId: '12', privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() };

  test('asks as the installation of each repository, and finds it once', async () => {
    const { github, board, replica, pass, shown } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' });
    pullsOf(github, 'beta/tools').push({ number: 8, branch: 'fix' });
    github.state.installations.set('acme/widgets', 1);
    github.state.installations.set('beta/tools', 2);
    await board([session('a'), session('b', { remote: '127.0.0.1/beta/tools' })]);
    const one = replica('one', { credentials });
    await one.rounds();
    await pass(30 * MINUTE, [one]);
    expect((await shown('a'))?.number).toBe(7);
    expect((await shown('b'))?.number).toBe(8);
    const as = (name: string) =>
      new Set(
        github.requests
          .filter(({ path }) => path.startsWith(`/repos/${name}/pulls`))
          .map(({ authorization }) => authorization),
      );
    expect(as('acme/widgets')).toEqual(new Set(['token installation-1']));
    expect(as('beta/tools')).toEqual(new Set(['token installation-2']));
    expect(github.requests.filter(({ path }) => path.endsWith('/installation'))).toHaveLength(2);
    expect(github.requests.filter(({ path }) => path.endsWith('/access_tokens'))).toHaveLength(2);
  });

  test('sees nothing where it is not installed', async () => {
    const { github, board, replica, notices } = await world();
    pullsOf(github).push({ number: 7, branch: 'fix' });
    await board([session('a')]);
    await replica('one', { credentials }).rounds();
    expect(await notices()).toHaveLength(1);
  });
});
