import {
  cardSchema,
  type SessionEvent,
  START_OFFSET,
  sessionEventSchema,
  spanSchema,
  storyEntrySchema,
} from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, hostileEvent } from '../../../test/support/hostile.ts';
import { createPartitionFold } from './partition.ts';
import { sessionStateSchema } from './state.ts';

const emptyBoard = { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET };
const entryOf = (event: SessionEvent) => ({ ok: true as const, offset: '1-0', event: { ...event, offset: '1-0' } });

describe('a machine that tells of its session with intent', () => {
  it('leaves a row, a card and a story that can be read again, and nothing that the fold fails on', () => {
    fc.assert(
      fc.property(fc.array(hostileEvent, { maxLength: 25 }), (events) => {
        const fold = createPartitionFold(emptyBoard, Number.MAX_SAFE_INTEGER);
        const { setAside, projection } = fold.fold(events.map(entryOf), T0 + 1_000);
        expect(setAside).toEqual([]);
        const ticked = fold.tick(T0 + 1_000_000_000).projection;
        for (const { state, card } of [...projection.rows, ...ticked.rows]) {
          const [stored, shown] = JSON.parse(JSON.stringify([state, card])) as unknown[];
          expect(JSON.parse(JSON.stringify(sessionStateSchema.parse(stored)))).toEqual(stored);
          expect(cardSchema.parse(shown)).toEqual(shown);
        }
        for (const { entry } of projection.story) storyEntrySchema.parse(JSON.parse(JSON.stringify(entry)));
        for (const { span } of projection.spans) spanSchema.parse(JSON.parse(JSON.stringify(span)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not make its row grow without end', () => {
    const fold = createPartitionFold(emptyBoard, Number.MAX_SAFE_INTEGER);
    const long = 'x'.repeat(150);
    let bytes = 0;
    for (let batch = 0; batch < 4; batch++) {
      const events = Array.from({ length: 2_500 }, (_, n): SessionEvent => {
        const id = `${long}${batch * 2_500 + n}`;
        const type = EVENT_TYPES[n % EVENT_TYPES.length] ?? 'TurnEnded';
        const event = anEvent(type, {
          sessionId: 'one',
          stream: `${n % 2 === 0 ? id : ''}s`,
          agentId: n % 3 === 0 ? id : undefined,
        });
        const named = Object.entries(event.data).map(([name, value]) => [name, typeof value === 'string' ? id : value]);
        const parsed = sessionEventSchema.safeParse({ ...event, data: Object.fromEntries(named) });
        return parsed.success ? parsed.data : event;
      });
      const { projection } = fold.fold(events.map(entryOf), T0);
      bytes = JSON.stringify(projection.rows[0]).length;
    }
    expect(bytes).toBeLessThan(1_000_000);
  });
});
