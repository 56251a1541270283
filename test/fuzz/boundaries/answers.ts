import { type Card, pullRequestSchema } from '@crewboard/contract';
import { aCard } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { createHost, HostPaused } from '../../../services/enricher/src/pull-requests/host.ts';
import {
  checksOf,
  placeShape,
  pullShape,
  pullsShape,
  reviewOf,
  reviewsShape,
  runsShape,
  statusesShape,
} from '../../../services/enricher/src/pull-requests/shapes.ts';
import { parseAnswer } from '../../../services/enricher/src/summaries/answer.ts';
import { createSummaryModel } from '../../../services/enricher/src/summaries/model.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { answerer } from '../answerer.ts';
import { boundary, type Door, must } from '../boundary.ts';

const pull = {
  number: 42,
  html_url: 'https://github.com/acme/widgets/pull/42',
  title: 'Tail reader',
  state: 'open',
  draft: false,
  merged_at: null,
  updated_at: '2026-11-23T12:00:00Z',
  mergeable: true,
  requested_reviewers: [{}],
  requested_teams: [],
  head: { ref: 'tail', sha: '4f2a9c1d0b6e8a7f5c3d2e1f0a9b8c7d6e5f4a3b', repo: { full_name: 'acme/widgets' } },
  base: { repo: { full_name: 'acme/widgets' } },
};
const review = { state: 'APPROVED', author_association: 'MEMBER', user: { login: 'mara' } };
const run = {
  name: 'test',
  status: 'completed',
  conclusion: 'success',
  html_url: 'https://x.example/1',
  details_url: null,
};
const status = { context: 'ci', state: 'pending', target_url: 'https://x.example/2' };
const bodies = [
  pull,
  [pull, pull],
  [review, review],
  { check_runs: [run, run] },
  { statuses: [status] },
  { full_name: 'acme/widgets', parent: { full_name: 'up/widgets' } },
];

const github = boundary({
  name: 'github-answers',
  share: 10,
  inputs: mutatedJson(bodies),
  check: (text) => {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return 'refused';
    }
    const one = pullShape.safeParse(body).data;
    const pulls = [...(one ? [one] : []), ...(pullsShape.safeParse(body).data ?? [])];
    const reviews = reviewsShape.safeParse(body).data ?? [];
    const checks = checksOf(runsShape.safeParse(body).data ?? [], statusesShape.safeParse(body).data ?? []);
    const place = placeShape.safeParse(body).data;
    for (const { number, url, repository, title, state, branch, head, isMergeable, awaitsReview } of pulls) {
      const told = {
        number,
        url,
        repository,
        title,
        state,
        branch,
        head,
        isMergeable,
        checks,
        linkedBy: 'client',
        seenAt: 0,
        review: reviewOf(reviews, awaitsReview),
      };
      const known = pullRequestSchema.safeParse(told);
      must(known.success, 'what is told of a pull request is one of the contract', known.error?.issues);
      must(/^https?:/.test(url), 'a link leads to the web', url);
    }
    for (const { url } of checks) must(url === null || /^https?:/.test(url), 'a link leads to the web', url);
    return pulls.length + reviews.length + checks.length > 0 || place ? 'accepted' : 'refused';
  },
});

const asked: Card = aCard({
  asks: [{ id: 'toolu_1', kind: 'permission', tool: 'Bash', input: 'npm test', since: 0 } as never],
});

const models = boundary({
  name: 'model-answers',
  share: 7,
  inputs: fc.record({
    bytes: mutatedBytes(
      mutatedJson([
        { goal: 'Mend the reader', doing: 'runs the tests', needed: 'say whether' },
        { goal: null, doing: 'waits', needed: null },
      ]),
    ),
    isAsked: fc.boolean(),
  }),
  check: ({ bytes, isAsked }) => {
    const said = parseAnswer(bytes.toString('utf8'), isAsked ? asked : aCard());
    if (!said) return 'refused';
    for (const line of [said.goal, said.doing, said.needed]) {
      must(
        line === null || (line.length > 0 && line.length <= 300 && !/[\n\r\0]/.test(line)),
        'what a model says is a plain line',
        line,
      );
    }
    must((said.needed !== null) === isAsked, 'what is needed is told while something is asked', said);
    return 'accepted';
  },
});

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5-5',
  content: [{ type: 'text', text: '{"goal":null,"doing":"waits","needed":null}' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 0, cache_creation_input_tokens: null },
};

/** Whole answers of the API, over HTTP: what they cost is counted against a budget. */
const modelReplies = async () => {
  const server = await answerer();
  const model = createSummaryModel({
    apiKey: 'key',
    baseUrl: server.url,
    model: 'claude-sonnet-5-5',
    timeoutMs: 5_000,
  });
  return boundary({
    name: 'model-replies',
    share: 0.3,
    inputs: fc.record({
      body: mutatedBytes(mutatedJson([message])),
      status: fc.constantFrom(200, 200, 200, 200, 400, 429, 500, 529),
      retryAfter: fc.constantFrom('1', '-1', '1e999', 'soon', '0x10', 'Wed, 21 Oct 2099 07:28:00 GMT'),
    }),
    check: async ({ body, status, retryAfter }) => {
      server.next(status, body, { 'content-type': 'application/json', 'retry-after': retryAfter });
      const reply = await model.ask({ system: 's', turns: ['t'], now: 'n', hash: 'h' }, new AbortController().signal);
      if ('used' in reply) {
        for (const tokens of Object.values(reply.used)) {
          must(Number.isSafeInteger(tokens) && tokens >= 0, 'what was used is a number of tokens', reply.used);
        }
      }
      if (reply.kind === 'answered') must(typeof reply.text === 'string', 'an answer is a text', reply);
      return reply.kind === 'answered' ? 'accepted' : 'refused';
    },
    finish: server.stop,
  });
};

const HOUR_MS = 3_600_000;
const REPOSITORY = { host: 'github.com', owner: 'acme', name: 'widgets' };
const QUESTIONS = [
  ['/pulls', pullsShape],
  ['/pulls/42', pullShape],
  ['/pulls/42/reviews', reviewsShape],
  ['/commits/4f2a9c1/check-runs', runsShape],
  ['/commits/4f2a9c1/statuses', statusesShape],
  ['', placeShape],
] as const;

/** Whole answers of GitHub, over HTTP, as the client takes them: which of them it believes, and for how long it asks nothing more. */
const githubReplies = async () => {
  const server = await answerer();
  let now = Date.now();
  const host = createHost({
    credentials: { token: 'none' },
    apiUrl: server.url,
    asked: () => undefined,
    now: () => now,
  });
  return boundary({
    name: 'github-replies',
    share: 0.2,
    inputs: fc.record({
      body: mutatedBytes(mutatedJson(bodies)),
      status: fc.constantFrom(200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 401, 403, 404, 410, 429, 451),
      type: fc.constantFrom('application/json; charset=utf-8', 'application/json', 'text/html', 'nonsense'),
      etag: fc.constantFrom('"a"', 'W/"b"', 'x', ''),
      link: fc.constantFrom('', '<http://127.0.0.1:1/>; rel="next"', '<', 'rel="next"'),
      retryAfter: fc.constantFrom('', '1', '-1', '1e999', '9e15', 'soon', 'Wed, 21 Oct 2099 07:28:00 GMT'),
      remaining: fc.constantFrom('', '10', '0', 'NaN'),
      reset: fc.constantFrom('', '0', '-1', '1e999', '9999999999999', 'soon'),
      question: fc.constantFrom(...QUESTIONS),
    }),
    check: async ({ body, status, type, etag, link, retryAfter, remaining, reset, question: [path, shape] }) => {
      const headers = {
        'content-type': type,
        etag,
        link,
        'retry-after': retryAfter,
        'x-ratelimit-remaining': remaining,
        'x-ratelimit-reset': reset,
      };
      const said = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
      server.next(status, status === 204 || status === 304 ? Buffer.alloc(0) : body, said);
      now += 1;
      let answer: Awaited<ReturnType<typeof host.ask>> | undefined;
      try {
        answer = await host.ask({ repository: REPOSITORY, path, shape }, new AbortController().signal);
      } catch (error) {
        must(error instanceof HostPaused, 'what went wrong is a pause', String(error));
        const { until = 0 } = host.pause ?? {};
        must(until > now, 'a pause has an end to come', host.pause);
        must(until <= now + HOUR_MS, 'and it comes within the hour', host.pause);
        now = until;
      }
      return answer?.kind === 'known' ? 'accepted' : 'refused';
    },
    finish: server.stop,
  });
};

export const door: Door = async () => [github, models, await modelReplies(), await githubReplies()];
