import type { Incident, Phase } from './pause.ts';
import { atlas } from './stories/atlas.ts';
import { beacon } from './stories/beacon.ts';
import { harbor } from './stories/harbor.ts';
import { ledger } from './stories/ledger.ts';
import type { Repository, Story } from './stories/story.ts';
import { widgets } from './stories/widgets.ts';

/** Where a session stands when the demo begins. */
export interface OpeningScene {
  repository: Repository;
  story: Story;
  phase: Phase;
  /** How long ago its last event was. */
  ageMs: number;
  /** How long it stays so after the start. */
  staysMs: number;
  /** At which of its pauses in that phase; the first where absent. */
  stops?: number;
  /** What happens in its first turn. */
  first: Incident | null;
  /** Its machine, where that is not one of the person's own. */
  machine?: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const scene = (
  repository: Repository,
  title: string,
  phase: Phase,
  ageMs: number,
  staysMs: number,
  more: Partial<OpeningScene> = {},
): OpeningScene => {
  const story = repository.stories.find((candidate) => candidate.title.startsWith(title));
  if (!story) throw new Error(`${repository.name} has no story that begins with “${title}”`);
  return { repository, story, phase, ageMs, staysMs, first: phase === 'asking' ? 'asks' : null, ...more };
};

export const OPENING: readonly OpeningScene[] = [
  scene(widgets, 'Make the cursor', 'asking', 18 * MINUTE, 95 * SECOND),
  scene(ledger, 'Write the ADR', 'asking', 9 * MINUTE, 3 * MINUTE),
  scene(beacon, 'Move staging', 'asking', 200 * SECOND, 40 * SECOND, { first: 'asks twice' }),
  scene(atlas, 'Split the gateway', 'asking', 48 * SECOND, 70 * SECOND),

  scene(widgets, 'Property tests', 'delegating', 4 * SECOND, 9 * SECOND, { first: 'agents', stops: 3 }),
  scene(widgets, 'Conflate slow', 'calling', 2 * SECOND, 3 * SECOND, { stops: 3 }),
  scene(ledger, 'Move balances', 'compacting', 9 * SECOND, 25 * SECOND, { first: 'compacts' }),
  scene(ledger, 'Nightly job', 'calling', 3 * SECOND, 11 * SECOND, { stops: 3 }),
  scene(atlas, 'Why is p99', 'delegating', 6 * SECOND, 12 * SECOND, { first: 'agents in the background', stops: 3 }),
  scene(atlas, 'Rotate signing', 'thinking', SECOND, 2 * SECOND, { stops: 6 }),
  scene(beacon, 'Restore drill', 'calling', 12 * MINUTE, 4 * MINUTE, { stops: 2 }),
  scene(harbor, 'Track several', 'retrying', 3 * SECOND, 9 * SECOND, { first: 'retries', stops: 2 }),
  scene(harbor, 'Checkout test', 'calling', 15 * SECOND, 14 * SECOND, { stops: 5 }),

  scene(widgets, 'Tail reader', 'resting', 4 * MINUTE, 4 * MINUTE, { first: 'interrupted' }),
  scene(ledger, 'Fix rounding', 'resting', 65 * SECOND, 50 * SECOND, { first: 'shell' }),
  scene(harbor, 'Accessible', 'resting', 150 * SECOND, 2 * MINUTE),
  scene(atlas, 'Rate limits', 'resting', 30 * SECOND, 45 * SECOND, { first: 'fails' }),
  scene(beacon, 'Quieter alerts', 'resting', 190 * SECOND, 7 * MINUTE),

  scene(widgets, 'Upgrade fastify', 'resting', 25 * MINUTE, 6 * MINUTE),
  scene(ledger, 'Seed data', 'resting', 3 * HOUR, 14 * MINUTE),
  scene(ledger, 'Spike', 'resting', 5.3 * HOUR, 18 * MINUTE),
  scene(harbor, 'Push notifications', 'away', 11 * MINUTE, 3 * MINUTE, { first: 'machine lost', machine: 'hb-mini' }),
  scene(beacon, 'Pin every image', 'resting', 12 * MINUTE, 11 * MINUTE),

  scene(harbor, 'Remove the old', 'gone', 40 * MINUTE, 12 * MINUTE),
  scene(atlas, 'Replace the hand-made', 'gone', 2 * HOUR, 20 * MINUTE),
];
