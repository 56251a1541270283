import type { Span, StoryEntry } from '@crewboard/contract';
import { anAskSpan, aToolEntry, aWorkSpan } from '@crewboard/contract/testing';

const MINUTE = 60_000;

interface Told {
  story: StoryEntry[];
  spans: Span[];
}

/** What the first of the lively sessions did, beside its history in `lively-history.ts`. */
const storyOfAsking = (now: number): Told => {
  const at = (ago: number): number => now - ago * MINUTE;
  const tool = (ago: number, took: number, tool: string, input: string, more = {}): StoryEntry =>
    aToolEntry({ at: at(ago), startedAt: at(ago + took), toolUseId: `call ${ago}`, tool, input, ...more });
  const work = (from: number, to: number, output: number, costUsd: number, contextTokens: number, files = {}): Span =>
    aWorkSpan({
      since: at(from),
      at: at(to),
      tokens: { input: 900, output, cacheRead: 40 * output, cacheWrite: 6 * output },
      costUsd,
      contextTokens,
      files: Object.entries(files).map(([path, edits]) => ({ path, edits: Number(edits) })),
    });
  return {
    story: [
      {
        kind: 'prompt',
        at: at(95),
        text: 'The tail reader loses its place when a transcript is truncated and written anew. Make the cursor survive that, and add a test that fails today.',
        by: 'human',
      },
      tool(94, 0.1, 'Read', 'services/ingest/src/transcript/tail.ts'),
      tool(92, 0.2, 'Grep', 'readFrom\\('),
      tool(80, 0.6, 'Bash', 'npx vitest run tail.test.ts', { allowedBy: 'person', outcome: 'error' }),
      {
        kind: 'reply',
        at: at(79),
        text: 'The reader keeps only an offset. When the file becomes shorter than that, it waits for bytes that never come.\n\nThree ways to see a truncation:\n1. The size is less than the offset.\n2. The inode is another one.\n3. The first bytes are not those that were there.\n\nThe first two are cheap and cover what the client does. The third costs a read each time, so I would leave it for when the size is the same.\n\nI write the failing test first.',
      },
      tool(76, 0.1, 'Write', 'services/ingest/src/transcript/truncated.test.ts'),
      { kind: 'turn', at: at(72), how: 'interrupted', text: '' },
      { kind: 'prompt', at: at(51), text: 'Go on. Leave the third way out.', by: 'human' },
      tool(49, 0.1, 'Edit', 'services/ingest/src/transcript/tail.ts'),
      tool(46, 0.1, 'Edit', 'services/ingest/src/cursor.ts'),
      { kind: 'turn', at: at(38), how: 'failed', text: '529 overloaded' },
      { kind: 'prompt', at: at(31), text: 'Try again.', by: 'human' },
      tool(26, 1.4, 'Bash', 'npm test -- --project unit', { allowedBy: 'rule' }),
      tool(22, 0.1, 'Bash', 'git commit -am "fix(ingest): a truncated file is read from its start"'),
      { kind: 'commit', at: at(22), sha: '4f2a9c1d0b' },
      { kind: 'reply', at: at(19), text: 'All 214 tests pass. I rebased on main and want to push.' },
    ],
    spans: [
      anAskSpan({ since: at(81), at: at(80), id: 'call 80', tool: 'Bash', input: 'npx vitest run tail.test.ts' }),
      work(95, 90, 1_400, 0.31, 48_000),
      work(90, 84, 2_100, 0.42, 96_000),
      work(84, 78, 1_700, 0.38, 141_000),
      work(78, 72, 1_250, 0.35, 160_000, { 'services/ingest/src/transcript/truncated.test.ts': 1 }),
      work(51, 44, 3_300, 0.56, 212_000, {
        'services/ingest/src/transcript/tail.ts': 3,
        'services/ingest/src/cursor.ts': 1,
      }),
      work(44, 38, 900, 0.22, 90_000, { 'services/ingest/src/transcript/tail.ts': 2 }),
      {
        kind: 'agent',
        since: at(43),
        at: at(36),
        agentId: 'agent-9',
        type: 'Explore',
        description: 'What does fs.watch promise?',
        outcome: 'done',
      },
      work(31, 19, 4_200, 0.94, 632_000, { 'services/ingest/src/transcript/tail.ts': 1, 'CHANGELOG.md': 1 }),
    ],
  };
};

/** What some of the lively sessions did today, by session: enough for the figures of a day. `now` in ms since 1970. */
export const livelyStories = (now: number): Record<string, Told> => {
  // The day is young for whoever looks at night.
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const at = (part: number): number => Math.round(midnight + part * (now - midnight));
  const ask = (part: number, minutes: number, more = {}): Span => {
    const since = at(part);
    return anAskSpan({ since, at: Math.min(now, since + minutes * MINUTE), id: `ask ${part}`, ...more });
  };
  const work = (part: number, costUsd: number): Span =>
    aWorkSpan({ since: at(part), at: Math.min(now, at(part) + 4 * MINUTE), costUsd });
  const busy = (parts: readonly number[], usd: number): Span[] => parts.map((part) => work(part, usd));
  return {
    'lively-1': storyOfAsking(now),
    'lively-2': { story: [], spans: [...busy([0.55, 0.6, 0.72, 0.8, 0.95], 0.21), ask(0.72, 2)] },
    'lively-4': {
      story: [],
      spans: [...busy([0.5, 0.52, 0.6, 0.66], 1.2), ask(0.6, 11), ask(0.66, 1, { ask: 'plan' })],
    },
    'lively-10': { story: [], spans: [...busy([0.48, 0.7, 0.85, 0.99], 1.6), ask(0.7, 4, { ask: 'question' })] },
    'lively-11': { story: [], spans: [...busy([0.6, 0.78], 1), ask(0.78, 3)] },
    'lively-12': { story: [], spans: [...busy([0.9, 0.97], 0.3), ask(0.9, 0.6)] },
    'lively-14': { story: [], spans: busy([0.4, 0.62, 0.8], 0.45) },
  };
};
