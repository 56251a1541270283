import type { EventOf } from '@crewboard/contract';
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

const OPUS: Model = { name: 'claude-opus-5-5', input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 };
const SONNET: Model = { name: 'claude-sonnet-5-5', input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 };

export const MODELS: readonly Model[] = [OPUS, OPUS, SONNET];

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

/** Kinds of agents and what they are sent for. */
export const DELEGATED: readonly (readonly [type: string, description: string])[] = [
  ['Explore', 'Find all callers of the old API'],
  ['reviewer', 'Review the diff for races'],
  ['Explore', 'Compare the three candidate libraries'],
  ['ci-reader', 'Read the last 50 CI failures'],
  ['test-runner', 'Run the slow suite'],
];

export const FAILURES: readonly EventOf<'TurnFailed'>['data'][] = [
  { reason: 'API Error: 529 overloaded', httpStatus: 529, error: 'overloaded' },
  { reason: 'API Error: 429, usage limit reached until 15:00', httpStatus: 429, error: 'rate_limit' },
  { reason: 'API Error: 500 internal server error', httpStatus: 500, error: 'server_error' },
];
