import type { Ask, PullRequest, Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Told = Partial<Omit<Session, 'since' | 'usage' | 'attention' | 'asks' | 'pullRequest'>> & {
  /** How long in this status, in ms. */
  for: number;
  tokens?: number;
  usd?: number;
  ask?: [kind: Ask['kind'], tool: string | null, input: string | null];
  /** Number and checks: `v` passed, `x` failed, `o` runs. */
  pull?: [number: number, checks: string];
};

const CHECK_NAMES: readonly string[] = ['lint', 'types', 'unit', 'integration', 'test (node 22)', 'browser', 'image'];
const CHECK_STATES: Record<string, PullRequest['checks'][number]['state']> = { v: 'passed', x: 'failed', o: 'pending' };

const pullRequestOf = (repository: string, [number, checks]: [number, string]): PullRequest => ({
  url: `https://github.com/${repository}/pull/${number}`,
  number,
  repository,
  state: 'open',
  checks: [...checks].map((check, index) => ({
    name: CHECK_NAMES[index] ?? `check ${index}`,
    state: CHECK_STATES[check] ?? 'pending',
  })),
});

/** An invented afternoon of a team: every kind of ask, of status and of chip. `now` in ms since 1970. */
export const livelySessions = (now: number): Session[] => {
  let count = 0;
  const tell = ({ for: span, tokens = 0, usd, ask, pull, ...told }: Told): Session => {
    count += 1;
    const since = now - span;
    const [kind, tool, input] = ask ?? [];
    const attention = kind
      ? { id: `ask-${count}`, kind, tool: tool ?? null, input: input ?? null, since, agentId: null }
      : null;
    const repo = told.repo ?? 'acme/widgets';
    return aSession({
      sessionId: `lively-${count}`,
      since,
      lastActivityAt: since,
      startedAt: since - HOUR,
      attention,
      asks: attention ? [attention] : [],
      now: null,
      pullRequest: pull ? pullRequestOf(repo, pull) : null,
      usage: {
        tokens: {},
        costUsd: usd ?? null,
        costBy: usd === undefined ? null : 'client',
        contextTokens: tokens,
        contextWindow: 200_000,
        linesAdded: 0,
        linesRemoved: 0,
      },
      ...told,
    });
  };
  const widgets = { repo: 'acme/widgets' };
  const ledger = { repo: 'acme/ledger' };
  const atlas = { repo: 'acme/atlas' };
  const lena = { owner: 'Lena Berg', machine: 'lb-mbp' };
  const mika = { owner: 'Mika Korhonen', machine: 'mk-xps' };
  const jonas = { owner: 'Jonas Sá', machine: 'js-air' };
  const amira = { owner: 'Amira Rahman', machine: 'ar-fw13' };
  const tove = { owner: 'Tove Nyström', machine: 'tn-mini' };
  const sonnet = { model: 'claude-sonnet-5-5' };
  const approval = { status: 'waiting_for_approval' } as const;
  const waiting = { status: 'waiting_for_input' } as const;
  const idle = { status: 'idle' } as const;
  const ended = { status: 'idle', ended: true } as const;
  return [
    tell({
      ...widgets,
      ...lena,
      ...approval,
      for: 18 * MINUTE,
      title: 'Make the cursor survive a truncated file',
      summary: 'Rebased on main; wants to push the rewritten branch.',
      ask: ['permission', 'Bash', 'git push --force-with-lease origin feat/cursor'],
      branch: 'feat/cursor',
      pull: [418, 'vvvvvo'],
      tokens: 126_400,
      usd: 3.18,
    }),
    tell({
      ...widgets,
      ...mika,
      machine: 'devbox-2',
      for: 2 * MINUTE,
      title: 'Property tests for the fold',
      now: 'Running vitest: 214 of 231, shrinking a counterexample in advance()',
      branch: 'test/fold',
      tokens: 82_100,
      usd: 1.07,
    }),
    tell({
      ...widgets,
      ...mika,
      ...sonnet,
      for: 34 * SECOND,
      title: 'Conflate slow sockets in the hub',
      now: 'Editing services/gateway/src/hub.ts',
      branch: 'perf/hub',
      pull: [420, 'vvoo'],
      tokens: 44_000,
      usd: 0.31,
    }),
    tell({
      ...widgets,
      ...jonas,
      ...waiting,
      for: 4 * MINUTE,
      title: 'Tail reader drops the last line under load',
      branch: 'fix/tail',
      pull: [412, 'vvvxxv'],
      tokens: 156_000,
      usd: 4.92,
    }),
    tell({ ...widgets, ...jonas, ...idle, for: 22 * MINUTE, title: 'Upgrade fastify', branch: 'chore/fastify' }),
    tell({ ...widgets, ...lena, ...idle, for: 41 * MINUTE, title: 'Docs: deploy behind Caddy', branch: 'docs/caddy' }),
    tell({ ...widgets, ...mika, ...ended, for: 3 * HOUR, title: 'Try LMDB for solo', branch: 'spike/lmdb' }),
    tell({ ...widgets, ...mika, ...ended, for: 26 * HOUR, title: 'Rename columns', branch: 'main' }),
    tell({
      ...ledger,
      ...amira,
      ...approval,
      for: 9 * MINUTE,
      title: 'Write the ADR on event retention',
      ask: ['question', 'AskUserQuestion', 'Which retention for raw events: 7, 30 or 90 days?'],
      branch: 'adr/retention',
      worktree: 'ledger-adr',
      tokens: 24_300,
      usd: 0.22,
    }),
    tell({
      ...ledger,
      ...tove,
      for: 11 * MINUTE,
      title: 'Move balances to double-entry postings',
      now: 'Reading 14 files under src/postings, planning the migration',
      branch: 'feat/double-entry',
      tokens: 110_500,
      usd: 6.4,
    }),
    tell({
      ...ledger,
      ...tove,
      for: 47 * MINUTE,
      quietSince: now - 12 * MINUTE,
      title: 'Reconcile the March statements',
      now: 'Bash: npm run reconcile -- --month 2026-03',
      branch: 'fix/march',
      tokens: 61_000,
      usd: 2.05,
    }),
    tell({
      ...ledger,
      ...amira,
      ...waiting,
      ...sonnet,
      for: MINUTE,
      title: 'Fix rounding in the CSV export',
      summary: 'Done: half-even everywhere, 6 tests added. Asks whether to open a pull request.',
      branch: 'fix/rounding',
      backgroundShells: [{ id: 'b1', command: 'npm run dev', since: now - 26 * MINUTE }],
      tokens: 68_000,
      usd: 0.58,
    }),
    tell({ ...ledger, ...amira, ...idle, for: 55 * MINUTE, title: 'Seed data for demos' }),
    tell({ ...ledger, ...tove, ...ended, for: 5 * HOUR, title: 'Spike: decimal.js' }),
    tell({
      ...atlas,
      ...mika,
      ...approval,
      for: 48 * SECOND,
      title: 'Split the gateway into hub and routes',
      ask: ['plan', 'ExitPlanMode', 'Split the gateway into hub and routes (6 steps)'],
      branch: 'refactor/gw',
      tokens: 91_000,
      usd: 1.9,
    }),
    tell({
      ...atlas,
      ...lena,
      for: 6 * MINUTE,
      title: 'Tiles for the new map style',
      now: 'Write: styles/terrain.json',
      branch: 'feat/terrain',
      pull: [97, 'vvvv'],
      tokens: 38_000,
      usd: 0.84,
    }),
    tell({
      ...atlas,
      ...jonas,
      ...waiting,
      for: 3 * MINUTE,
      title: 'Why does the tile cache miss after a deploy?',
      summary: 'The cache key holds the build id. Proposes to key by content hash instead.',
      branch: 'main',
      tokens: 52_000,
      usd: 0.71,
    }),
    tell({ ...atlas, ...lena, ...idle, for: 80 * MINUTE, title: 'Licence headers' }),
  ];
};

/** Very many sessions of very many repositories, most of them at rest, as on a big team's board. */
export const manySessions = (count: number, now: number): Session[] => {
  const lively = livelySessions(now);
  const at = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % items.length];
  return Array.from({ length: count }, (_, index) => {
    const model = at(lively, index * 7) ?? aSession();
    const isResting = index % 4 !== 0;
    const since = now - ((index * 37) % 600) * MINUTE - (index % 60) * SECOND;
    return {
      ...model,
      sessionId: `many-${index}`,
      title: `${model.title} (${index})`,
      repo: `acme/service-${String(index % 23).padStart(2, '0')}`,
      owner: at(['Lena Berg', 'Mika Korhonen', 'Jonas Sá', 'Amira Rahman', 'Tove Nyström'], index) ?? null,
      machine: `machine-${index % 17}`,
      since,
      attention: isResting || !model.attention ? null : { ...model.attention, since },
      ...(isResting ? { status: 'idle' as const, ended: index % 3 === 0, quietSince: null, pullRequest: null } : {}),
    };
  });
};
