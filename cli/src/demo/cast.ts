import { atlas } from './stories/atlas.ts';
import { beacon } from './stories/beacon.ts';
import { harbor } from './stories/harbor.ts';
import { ledger } from './stories/ledger.ts';
import type { Repository } from './stories/story.ts';
import { widgets } from './stories/widgets.ts';

/** Someone of the demo's team, with the repositories they work on. */
export interface Person {
  name: string;
  home: string;
  machines: readonly string[];
  repositories: readonly Repository[];
}

export const REPOSITORIES: readonly Repository[] = [widgets, ledger, atlas, beacon, harbor];

export const PEOPLE: readonly Person[] = [
  { name: 'Lena Brandt', home: '/Users/lena', machines: ['lb-mbp'], repositories: [widgets, atlas] },
  { name: 'Mara Klein', home: '/home/mara', machines: ['devbox-2', 'mk-xps'], repositories: [widgets, atlas, beacon] },
  { name: 'Jonas Sauer', home: '/Users/jonas', machines: ['js-air'], repositories: [widgets, harbor] },
  { name: 'Aisha Rahman', home: '/home/aisha', machines: ['ar-fw13'], repositories: [ledger, beacon] },
  { name: 'Tom Nilsson', home: '/Users/tom', machines: ['tn-mini'], repositories: [ledger, atlas] },
  { name: 'Ines Costa', home: '/home/ines', machines: ['ic-t14'], repositories: [harbor, beacon, ledger] },
];

/** US dollars for a million tokens. */
export interface Model {
  name: string;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export const MODELS: readonly Model[] = [
  { name: 'claude-opus-5-5', input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  { name: 'claude-opus-5-5', input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  { name: 'claude-sonnet-5-5', input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
];

export const FOLLOW_UPS: readonly string[] = [
  'Good. Now add a test for the empty case.',
  'Can you make the error message say what to do?',
  'Please update the changelog as well.',
  'Run everything once more and show me only what fails.',
  'That name is too long, find a shorter one.',
  'Split this into two commits, the move first.',
  'What happens when the connection drops half-way?',
  'Review your own diff as if it were mine. Be strict.',
  'Rebase on main and resolve the conflicts, ours wins in the lock file.',
  'Open a pull request and wait for CI.',
  'CI is red on the second job, have a look.',
  'Measure it before and after, ten runs each.',
  'Explain this part to me, I would have done it the other way round.',
  'Drop the flag, nobody will set it.',
];

export const REPLIES: readonly string[] = [
  'Done. The new test fails without the change and passes with it.',
  'All green. The slowest test takes 1.2 s now.',
  'Two commits: the move, then the change. The diff of the second is 40 lines.',
  'It retries with back-off and keeps its place; I added a test that drops the connection.',
  'Before 212 ms, after 61 ms, median of ten.',
  'I found one thing in my own diff: an unused branch. It is gone.',
  'CI was red because of a stale cache key; fixed and green.',
  'The message now names the setting and its default.',
];

export const QUESTIONS: readonly string[] = [
  'Keep the old endpoint for one release, or remove it now?',
  'The test needs a fixture of 4 MB. Commit it, or generate it?',
  'Two callers rely on the old order. Change them too?',
  'Should this be a warning or an error?',
];

export const DELEGATED: readonly string[] = [
  'Find all callers of the old API',
  'Review the diff for races',
  'Compare the three candidate libraries',
  'Read the last 50 CI failures',
];
