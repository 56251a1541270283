import type { Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import { createTeller } from './telling.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const SILENT = 'Its machine has not been heard from. Before that: The client says it is busy';

/** An invented afternoon of a team: every kind of ask, of status and of chip. `now` in ms since 1970. */
export const livelySessions = (now: number): Session[] => {
  const tell = createTeller(now);
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
      asks: [
        { kind: 'permission', tool: 'Bash', input: 'git push --force-with-lease origin feat/cursor' },
        { kind: 'permission', tool: 'Bash', input: 'gh run list --branch feat/cursor', for: 4 * MINUTE, by: 0 },
        { kind: 'permission', tool: 'WebFetch', input: 'https://nodejs.org/api/fs.html', for: 70 * SECOND, by: 1 },
      ],
      agents: [
        { type: 'ci-reader', description: 'Why did the last run fail?', status: 'waiting_for_approval' },
        { description: 'What does fs.watch promise?', status: 'waiting_for_approval' },
      ],
      branch: 'feat/cursor',
      pull: [418, 'vvvvvo'],
      tokens: 632_000,
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
      agents: [
        { description: 'Find every time-out of the fold', now: 'Searching for setTimeout', since: now - 95 * SECOND },
        { description: 'Which events commute?', now: 'Reading src/evolve.ts', since: now - 80 * SECOND },
        {
          type: 'test-runner',
          description: 'Shrink the counterexample',
          now: 'Running npx vitest run',
          since: now - 40 * SECOND,
        },
        {
          type: 'reviewer',
          description: 'Read the generators',
          now: 'Reading test/arbitrary.ts',
          since: now - 12 * SECOND,
        },
        { description: 'Look for prior art', status: 'done', since: now - 8 * SECOND },
      ],
      tokens: 410_500,
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
      list: [
        ['Measure with 1,000 clients', 'Pending map by session'],
        'Flush on drain',
        ['Close at 4 MB', 'A test with a paused client'],
      ],
      pull: [420, 'vvoo'],
      tokens: 220_000,
      usd: 0.31,
    }),
    tell({
      ...widgets,
      ...jonas,
      ...waiting,
      for: 4 * MINUTE,
      condition: ['interrupted', 'A person interrupted the turn'],
      title: 'Tail reader drops the last line under load',
      branch: 'fix/tail',
      pull: [412, 'vvvxxv'],
      tokens: 780_000,
      usd: 4.92,
    }),
    tell({
      ...widgets,
      ...jonas,
      ...idle,
      for: 22 * MINUTE,
      evidence: { source: 'machine', says: SILENT, at: now - 22 * MINUTE, inferred: false },
      condition: ['offline', SILENT],
      title: 'Upgrade fastify',
      branch: 'chore/fastify',
    }),
    tell({ ...widgets, ...lena, ...idle, for: 41 * MINUTE, title: 'Docs: deploy behind Caddy', branch: 'docs/caddy' }),
    tell({
      ...widgets,
      ...mika,
      ...ended,
      for: 3 * HOUR,
      condition: ['crashed', 'The process is gone without having said goodbye'],
      title: 'Try LMDB for solo',
      branch: 'spike/lmdb',
    }),
    tell({
      ...widgets,
      ...mika,
      ...ended,
      for: 26 * HOUR,
      condition: ['moved_on', 'The process went on with another session'],
      lineage: { from: null, to: { sessionId: 'lively-3', how: 'clear' } },
      title: 'Rename columns',
      branch: 'main',
    }),
    tell({
      ...ledger,
      ...amira,
      ...approval,
      for: 9 * MINUTE,
      title: 'Write the ADR on event retention',
      asks: [{ kind: 'question', tool: 'AskUserQuestion', input: 'Which retention for raw events: 7, 30 or 90 days?' }],
      branch: 'adr/retention',
      worktree: 'ledger-adr',
      tokens: 121_500,
      usd: 0.22,
    }),
    tell({
      ...ledger,
      ...tove,
      for: 11 * MINUTE,
      title: 'Move balances to double-entry postings',
      now: 'Reading 14 files under src/postings, planning the migration',
      branch: 'feat/double-entry',
      condition: ['compacting', 'The conversation is being shortened'],
      tokens: 552_500,
      usd: 6.4,
    }),
    tell({
      ...ledger,
      ...tove,
      for: 47 * MINUTE,
      quietSince: now - 12 * MINUTE,
      disagreement: {
        since: now - 12 * MINUTE,
        sources: [
          { source: 'presence', says: 'The client says it is busy', at: now - 47 * MINUTE },
          { source: 'transcript', says: 'The transcript shows the end of the turn', at: now - 12 * MINUTE },
        ],
      },
      title: 'Reconcile the March statements',
      now: 'Bash: npm run reconcile -- --month 2026-03',
      branch: 'fix/march',
      tokens: 305_000,
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
      condition: ['background_shell', 'A shell goes on in the background: npm run dev'],
      backgroundShells: [{ id: 'b1', command: 'npm run dev', since: now - 26 * MINUTE }],
      tokens: 340_000,
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
      asks: [{ kind: 'plan', tool: 'ExitPlanMode', input: 'Split the gateway into hub and routes (6 steps)' }],
      permissionMode: 'plan',
      branch: 'refactor/gw',
      tokens: 455_000,
      usd: 1.9,
    }),
    tell({
      ...atlas,
      ...lena,
      for: 6 * MINUTE,
      title: 'Tiles for the new map style',
      now: 'Writing styles/terrain.json',
      condition: ['retrying', 'The request to the model was answered with HTTP 529: attempt 3 of 10'],
      branch: 'feat/terrain',
      pull: [97, 'vvvv'],
      tokens: 190_000,
      usd: 0.84,
    }),
    tell({
      ...atlas,
      ...jonas,
      ...waiting,
      for: 3 * MINUTE,
      title: 'Why does the tile cache miss after a deploy?',
      summary: 'The cache key holds the build id. Proposes to key by content hash instead.',
      condition: ['failed', 'Request too large: 400 prompt is longer than the model’s context'],
      branch: 'main',
      tokens: 260_000,
      usd: 0.71,
    }),
    tell({
      ...atlas,
      ...tove,
      ...sonnet,
      for: 3 * MINUTE,
      kind: 'headless',
      entrypoint: 'sdk-cli',
      title: 'Nightly audit of dependencies',
      now: 'Running npm audit --json',
      branch: 'main',
      tokens: 90_000,
      usd: 0.12,
      costBy: 'estimate',
    }),
    tell({
      ...atlas,
      ...mika,
      for: 2 * MINUTE,
      kind: 'background',
      title: 'Tiles by content hash',
      condition: ['background_agents', 'The turn is over, an agent works on'],
      agents: [{ type: 'builder', description: 'Rebuild all tiles', now: 'Running make tiles', isBackground: true }],
      lineage: { from: { sessionId: 'lively-17', how: 'fork' }, to: null },
      branch: 'perf/tiles',
      tokens: 355_000,
      usd: 0.33,
    }),
    tell({ ...atlas, ...lena, ...idle, for: 80 * MINUTE, title: 'Licence headers' }),
  ];
};

const RESTING = {
  status: 'idle',
  quietSince: null,
  attention: null,
  asks: [],
  condition: null,
  disagreement: null,
  subagents: [],
  backgroundShells: [],
  pullRequest: null,
} as const satisfies Partial<Session>;

/** Very many sessions of very many repositories, most of them at rest, as on a big team's board. */
export const manySessions = (count: number, now: number): Session[] => {
  const lively = livelySessions(now);
  const at = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % items.length];
  return Array.from({ length: count }, (_, index) => {
    // Each of them comes among those that are not at rest.
    const model = at(lively, index * 7 + Math.floor(index / 4)) ?? aSession();
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
      lineage: { from: null, to: null },
      ...(isResting ? { ...RESTING, ended: index % 3 === 0 } : {}),
    };
  });
};
