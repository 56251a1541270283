import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A pull request on the stub; a test spells out only what it is about. */
export interface StubPull {
  number: number;
  title?: string;
  branch?: string;
  head?: string;
  /** The repository that the branch is in; the same one when absent. */
  from?: string | null;
  state?: 'open' | 'closed';
  draft?: boolean;
  isMerged?: boolean;
  mergeable?: boolean | null;
  updatedAt?: string;
  reviews?: { by: string; state: string; association?: string }[];
  requested?: string[];
  /** Of the head. */
  runs?: { name: string; status?: string; conclusion?: string | null; url?: string }[];
  statuses?: { context: string; state: string; url?: string }[];
}

export interface StubRepository {
  pulls: StubPull[];
  parent?: string;
}

export interface StubRequest {
  path: string;
  status: number;
  authorization: string;
  /** Counts against the hour's requests. */
  costs: boolean;
}

interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
/** `undefined`: the stub answers as ever. */
type Fault = (request: IncomingMessage, path: string) => Reply | undefined;

export const SHA = (digit: string | number): string => String(digit).repeat(40).slice(0, 40);

/**
 * A GitHub over real HTTP, as far as Crewboard asks: lists in pages, ETags, 304, moved repositories, apps. What it holds is changed by the test
 * as it goes; `fault` answers in its place where it wants to.
 */
export const openGithub = async () => {
  const repositories = new Map<string, StubRepository>();
  const moved = new Map<string, string>();
  const requests: StubRequest[] = [];
  const state: {
    fault: Fault | undefined;
    accepts: (authorization: string) => boolean;
    installations: Map<string, number>;
  } = {
    fault: undefined,
    accepts: () => true,
    installations: new Map(),
  };

  const pullOf = (name: string, pull: StubPull) => {
    const { number, from = name } = pull;
    return {
      number,
      html_url: `https://127.0.0.1/${name}/pull/${number}`,
      title: pull.title ?? `Change ${number}`,
      state: pull.isMerged ? 'closed' : (pull.state ?? 'open'),
      draft: pull.draft ?? false,
      merged_at: pull.isMerged ? '2026-01-05T10:00:00Z' : null,
      updated_at: pull.updatedAt ?? '2026-01-05T09:00:00Z',
      requested_reviewers: (pull.requested ?? []).map((login) => ({ login })),
      requested_teams: [],
      head: {
        ref: pull.branch ?? `branch-${number}`,
        sha: pull.head ?? SHA(number % 10),
        repo: from === null ? null : { full_name: from },
      },
      base: { ref: 'main', repo: { full_name: name } },
    };
  };

  /** The answer to one path of a repository; `undefined` where there is nothing. */
  const answerOf = (
    name: string,
    rest: string,
    query: URLSearchParams,
  ): { body: unknown; link?: string } | undefined => {
    const repository = repositories.get(name);
    if (!repository) return undefined;
    if (rest === '')
      return {
        body: {
          full_name: name,
          fork: Boolean(repository.parent),
          parent: repository.parent && { full_name: repository.parent },
        },
      };
    if (rest === '/pulls') {
      const open = repository.pulls.filter((pull) => !pull.isMerged && pull.state !== 'closed');
      const size = Number(query.get('per_page'));
      const page = Number(query.get('page'));
      const shown = open.slice((page - 1) * size, page * size).map((pull) => pullOf(name, pull));
      return { body: shown, ...(open.length > page * size ? { link: '<http://next>; rel="next"' } : {}) };
    }
    const [, number, isReviews] = /^\/pulls\/(\d+)(\/reviews)?$/.exec(rest) ?? [];
    const pull = repository.pulls.find((each) => each.number === Number(number));
    if (pull && isReviews) {
      return {
        body: (pull.reviews ?? []).map(({ by, state: said, association }) => ({
          user: { login: by },
          state: said,
          author_association: association ?? 'MEMBER',
        })),
      };
    }
    if (pull) return { body: { ...pullOf(name, pull), mergeable: pull.mergeable ?? true } };
    const [, sha, what] = /^\/commits\/([0-9a-f]{40})\/(check-runs|status)$/.exec(rest) ?? [];
    const head = repository.pulls.find((each) => (each.head ?? SHA(each.number % 10)) === sha);
    if (what === 'check-runs') {
      return {
        body: {
          check_runs: (head?.runs ?? []).map(({ name: run, status, conclusion, url }) => ({
            name: run,
            status: status ?? 'completed',
            conclusion: status && status !== 'completed' ? null : (conclusion ?? 'success'),
            html_url: url ?? `https://ci.example/${run}`,
          })),
        },
      };
    }
    if (what === 'status') {
      return {
        body: {
          statuses: (head?.statuses ?? []).map(({ context, state: said, url }) => ({
            context,
            state: said,
            target_url: url ?? null,
          })),
        },
      };
    }
    return undefined;
  };

  const replyTo = (request: IncomingMessage, url: URL, path: string): Reply => {
    const fault = state.fault?.(request, path);
    if (fault) return { body: { message: 'fault' }, ...fault };
    if (!state.accepts(request.headers.authorization ?? ''))
      return { status: 401, body: { message: 'Bad credentials' } };

    const token = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path);
    if (token) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 201, body: { token: `installation-${token[1]}`, expires_at: expiresAt, permissions: {} } };
    }
    const [, name = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
    const missing: Reply = { status: 404, body: { message: 'Not Found' } };
    if (rest === '/installation') {
      const id = state.installations.get(name);
      return id === undefined ? missing : { status: 200, body: { id } };
    }
    const now = moved.get(name);
    if (now) return { status: 301, body: {}, headers: { location: `${url.pathname.replace(name, now)}${url.search}` } };
    const found = answerOf(name, rest, url.searchParams);
    if (!found) return missing;
    const etag = `"${createHash('sha1').update(JSON.stringify(found)).digest('hex')}"`;
    const headers = { etag, ...(found.link ? { link: found.link } : {}) };
    return request.headers['if-none-match'] === etag
      ? { status: 304, headers }
      : { status: 200, body: found.body, headers };
  };

  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://stub');
    const path = url.pathname.replace(/^\/api\/v3/, '');
    const { status, body, headers } = replyTo(request, url, path);
    const authorization = request.headers.authorization ?? '';
    requests.push({ path: path + url.search, status, authorization, costs: status !== 304 && status !== 301 });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(status === 304 ? undefined : JSON.stringify(body));
  };

  const server = createServer(respond);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  const { port } = server.address() as AddressInfo;
  return {
    /** Under a path, as an Enterprise's API is. */
    url: `http://127.0.0.1:${port}/api/v3`,
    repositories,
    moved,
    requests,
    state,
    stop,
    pathsSince: (count: number): string[] => requests.slice(count).map(({ path }) => path),
  };
};
export type StubGithub = Awaited<ReturnType<typeof openGithub>>;

/** One that is gone with the end of the test. */
export const startGithub = async (): Promise<StubGithub> => {
  const github = await openGithub();
  onTestFinished(github.stop);
  return github;
};
