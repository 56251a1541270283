import type { Repository } from './story.ts';

/** A gateway in Go. */
export const atlas: Repository = {
  name: 'acme/atlas',
  folder: 'atlas',
  commands: ['go test ./...', 'go vet ./...', 'golangci-lint run', 'go build ./cmd/atlas', 'git status --short'],
  files: [
    'internal/gateway/hub.go',
    'internal/gateway/routes.go',
    'internal/auth/token.go',
    'cmd/atlas/main.go',
    'internal/cache/lru.go',
  ],
  searches: ['context.Background\\(\\)', 'sync.Mutex', 'http.Error\\(', 'panic\\('],
  serves: 'go run ./cmd/atlas --listen 127.0.0.1:8080',
  stories: [
    {
      title: 'Split the gateway into hub and routes',
      branch: 'refactor/gw',
      goal: 'gateway.go has 2,100 lines. Split it into hub and routes without changing behaviour.',
      ask: {
        kind: 'plan',
        input:
          'Split the gateway into hub and routes (6 steps): move types, extract hub, extract routes, inject clock, move tests, delete gateway.go',
      },
      commands: [
        'go test ./internal/gateway -run TestHub',
        'go test -race ./internal/gateway',
        'wc -l internal/gateway/*.go',
      ],
      says: ['The hub holds all the locks; the routes need none.', 'Step 4 of 6: the clock is injected now.'],
      done: 'hub.go 410 lines, routes.go 520, gateway.go is gone. The race detector is quiet.',
      pullRequest: 88,
    },
    {
      title: 'Rotate signing keys without a restart',
      branch: 'feat/key-rotation',
      goal: 'Load signing keys from the directory again on SIGHUP and keep the old one valid for an hour.',
      ask: { kind: 'permission', tool: 'Bash', input: 'openssl genpkey -algorithm ed25519 -out testdata/next.pem' },
      commands: ['go test ./internal/auth -run Rotate -count=5', 'go run ./cmd/atlas -keys testdata &'],
      says: [
        'Verification tries the keys by their id, so both may be valid.',
        'A token signed a second before the switch still passes.',
      ],
      done: 'SIGHUP loads new keys; the old one expires after an hour. Documented in docs/keys.md.',
      pullRequest: 91,
    },
    {
      title: 'Why is p99 of /search 900 ms?',
      branch: 'perf/search',
      goal: 'Find out why p99 of /search went from 120 to 900 ms last Tuesday.',
      ask: { kind: 'permission', tool: 'WebFetch', input: 'https://grafana.acme.test/d/search?from=now-7d' },
      commands: [
        'go test -bench Search -cpuprofile cpu.out ./internal/search',
        'go tool pprof -top cpu.out',
        'git bisect run ./scripts/bench-search.sh',
      ],
      says: ['Bisecting 61 commits, 5 steps left.', 'The normaliser compiles its regexp on every call since 3fd1.'],
      done: 'The regexp was compiled per call. Hoisted: p99 is 96 ms.',
      pullRequest: 93,
    },
    {
      title: 'Rate limits by tenant',
      branch: 'feat/tenant-limits',
      goal: 'One tenant can starve the others. Add token buckets by tenant with sane defaults and a metric.',
      ask: { kind: 'question', input: 'Answer 429 at once, or queue for up to 200 ms first?' },
      commands: ['go test ./internal/limit', 'hey -n 20000 -c 200 http://127.0.0.1:8080/v1/items'],
      says: [
        'A sharded map of buckets; idle ones are dropped after 10 minutes.',
        'Other tenants keep 97 % of their rate under the flood.',
      ],
      done: 'Buckets by tenant, 429 with Retry-After, and atlas_limited_total by tenant.',
    },
    {
      title: 'Replace the hand-made LRU',
      branch: 'chore/lru',
      goal: 'Our LRU has had three bugs this year. Compare it with the two common libraries and replace it.',
      ask: { kind: 'permission', tool: 'Bash', input: 'go get github.com/hashicorp/golang-lru/v2@latest' },
      commands: ['go test -bench LRU -benchmem ./internal/cache', 'go mod tidy'],
      says: [
        'Both libraries beat ours by a factor of 3 under contention.',
        'Our TTL semantics differ in one case; a test pins it now.',
      ],
      done: 'golang-lru/v2 it is: 190 lines fewer, 3 times the throughput.',
    },
  ],
};
