import { type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import type { EventEntry, PartitionBoard } from '@crewboard/event-log';
import { describe, expect, it } from 'vitest';
import { createPartitionFold } from './partition.ts';

const DAY_MS = 24 * 3_600_000;
const emptyBoard: PartitionBoard = { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET };

const entriesOf = (...events: SessionEvent[]): EventEntry[] =>
  events.map((event, index) => ({ ok: true, offset: `${index + 1}-0`, event: { ...event, offset: `${index + 1}-0` } }));

describe('the fold of a partition', () => {
  it('leaves one row and one change for each session that a batch touched, and the batch’s last offset', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const events = [
      anEvent('PromptSubmitted'),
      anEvent('ToolRequested'),
      anEvent('PromptSubmitted', { sessionId: 'two' }),
    ];
    const { projection } = fold.fold(entriesOf(...events), T0);
    expect(projection.rows.map(({ sessionId }) => sessionId)).toEqual(['session-1', 'two']);
    expect(projection.changes.map(({ type, sessionId }) => [type, sessionId])).toEqual([
      ['CardChanged', 'session-1'],
      ['CardChanged', 'two'],
    ]);
    expect(projection.checkpoint).toBe('3-0');
  });

  it('saves the state of a repeat without telling a change', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const event = anEvent('PromptSubmitted');
    fold.fold(entriesOf(event), T0);
    expect(fold.fold(entriesOf(event), T0).projection.changes).toEqual([]);
  });

  it('goes on from what was saved as if it had never stopped', () => {
    const events = [
      anEvent('PromptSubmitted'),
      anEvent('ToolRequested'),
      anEvent('ToolFinished'),
      anEvent('TurnEnded'),
    ];
    const whole = createPartitionFold(emptyBoard, DAY_MS).fold(entriesOf(...events), T0);
    const first = createPartitionFold(emptyBoard, DAY_MS).fold(entriesOf(...events.slice(0, 2)), T0);
    const saved = JSON.parse(JSON.stringify(first.projection));
    const second = createPartitionFold({ ...saved, changesOffset: START_OFFSET }, DAY_MS);
    const { projection } = second.fold(entriesOf(...events).slice(2), T0);
    expect(JSON.stringify(projection.rows)).toBe(JSON.stringify(whole.projection.rows));
  });

  it('sets an unreadable entry aside and folds the rest', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const [good] = entriesOf(anEvent('PromptSubmitted'));
    if (!good) throw new Error('no entry');
    const bad: EventEntry = { ok: false, offset: '0-9', reason: 'not an event', raw: '{' };
    const { projection, setAside } = fold.fold([bad, good], T0);
    expect(setAside).toEqual([bad]);
    expect(projection.rows).toHaveLength(1);
  });

  it('tells when time alone changes a card, and changes it then', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    fold.fold(entriesOf(anEvent('PromptSubmitted'), anEvent('TurnEnded')), T0);
    const idleAt = T0 + 300_000;
    expect(fold.nextAt()).toBe(idleAt);
    expect(fold.tick(idleAt - 1).projection.changes).toEqual([]);
    expect(fold.tick(idleAt).projection.changes).toMatchObject([{ type: 'CardChanged', card: { status: 'idle' } }]);
  });

  it('takes back what a clock brought that was an hour ahead, when it is set back', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    fold.fold(entriesOf(anEvent('PromptSubmitted')), T0 + 1_000);
    const right = fold.fold([], T0 + 1_000);
    expect(right.projection.changes).toEqual([]);
    const ahead = fold.tick(T0 + 3_600_000).projection;
    expect(ahead.changes).toMatchObject([{ card: { status: 'idle' } }]);
    const back = fold.tick(T0 + 2_000).projection;
    expect(back.changes).toMatchObject([{ card: { status: 'working', since: T0 } }]);

    // Whoever loads what was saved in between does the same.
    const loaded = createPartitionFold({ ...emptyBoard, rows: JSON.parse(JSON.stringify(ahead.rows)) }, DAY_MS);
    expect(loaded.tick(T0 + 2_000).projection.changes).toEqual(back.changes);
  });

  it('keeps since when a status stands that events brought, although a clock looks that is an hour behind', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const turn = [anEvent('PromptSubmitted'), anEvent('TurnEnded')];
    const lost = anEvent('MachineLost', { occurredAt: T0 + 112_000, data: { silentSince: T0 + 100_000 } });
    const returned = anEvent('MachineReturned', { occurredAt: T0 + 301_000 });
    const { changes } = fold.fold(entriesOf(...turn, lost, returned), T0 + 301_000).projection;
    expect(changes).toMatchObject([{ card: { status: 'idle', condition: null, since: T0 + 100_000 } }]);
    fold.tick(T0 + 302_000);
    expect(fold.tick(T0 - 3_300_000).projection).toMatchObject({ changes: [], history: [] });
  });

  it('takes a session off the board when it rested for the retention, but not while its process lives', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    fold.fold(entriesOf(anEvent('TurnEnded'), anEvent('PresenceChanged', { sessionId: 'alive' })), T0);
    const { projection } = fold.tick(T0 + DAY_MS);
    expect(projection.removed).toEqual(['session-1']);
    expect(projection.changes).toContainEqual({ type: 'CardRemoved', sessionId: 'session-1' });
    expect(fold.size).toBe(1);
  });

  it('begins a session anew that comes back after the retention, however late that is noticed', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const back = anEvent('PromptSubmitted', { occurredAt: T0 + 2 * DAY_MS, data: { text: 'Back again' } });
    const { projection } = fold.fold(entriesOf(anEvent('PromptSubmitted', { position: 0 }), back), T0 + 2 * DAY_MS);
    expect(projection.rows[0]?.card).toMatchObject({ goal: 'Back again', prompts: 1 });
  });

  it('keeps a session while a long log is still read: what comes next is of a time when it was there', () => {
    const fold = createPartitionFold(emptyBoard, 2 * DAY_MS);
    const now = T0 + 30 * DAY_MS;
    const [first, second] = entriesOf(
      anEvent('PromptSubmitted', { position: 0 }),
      anEvent('PromptSubmitted', { position: 1, occurredAt: T0 + DAY_MS }),
    );
    if (!first || !second) throw new Error('two entries');
    fold.fold([first], now);
    expect(fold.tick(now, false).projection.removed).toEqual([]);
    expect(fold.fold([second], now).projection.rows[0]?.card.prompts).toBe(2);
    expect(fold.tick(now).projection.removed).toEqual(['session-1']);
  });

  describe('a session that is withdrawn', () => {
    const withdrawn = () => anEvent('SessionWithdrawn');
    const life = () => [anEvent('PromptSubmitted', { data: { text: 'hush' } }), anEvent('TurnEnded')];

    it('goes with its row, its card, its history and its story, and leaves the others', () => {
      const fold = createPartitionFold(emptyBoard, DAY_MS);
      fold.fold(entriesOf(...life(), anEvent('PromptSubmitted', { sessionId: 'two' })), T0);
      const { projection } = fold.fold(entriesOf(withdrawn()), T0);
      expect(projection).toMatchObject({
        rows: [],
        removed: ['session-1'],
        changes: [{ type: 'CardRemoved', sessionId: 'session-1' }],
        history: [],
        story: [],
      });
      expect(fold.size).toBe(1);
    });

    it('leaves nothing of what one batch told of it, before the first row or after', () => {
      for (const isKnown of [false, true]) {
        const fold = createPartitionFold(emptyBoard, DAY_MS);
        if (isKnown) fold.fold(entriesOf(...life()), T0);
        const { projection } = fold.fold(entriesOf(...life(), withdrawn()), T0);
        expect(JSON.stringify(projection)).not.toContain('hush');
        expect(projection).toMatchObject({ rows: [], history: [], story: [] });
        expect(projection.removed).toEqual(isKnown ? ['session-1'] : []);
        expect(projection.changes.map(({ type }) => type)).toEqual(isKnown ? ['CardRemoved'] : []);
        expect(fold.size).toBe(0);
        expect(fold.tick(T0 + DAY_MS).projection.changes).toEqual([]);
      }
    });

    it('begins anew with what comes later, in the same batch or another', () => {
      const later = () => anEvent('PromptSubmitted', { position: 0, data: { text: 'in the open' } });
      for (const isOneBatch of [false, true]) {
        const fold = createPartitionFold(emptyBoard, DAY_MS);
        fold.fold(entriesOf(...life()), T0);
        const first = fold.fold(entriesOf(...life(), withdrawn(), ...(isOneBatch ? [later()] : [])), T0);
        const { projection } = isOneBatch ? first : fold.fold(entriesOf(later()), T0);
        expect(JSON.stringify([first, projection])).not.toContain('hush');
        expect(projection.rows).toHaveLength(1);
        expect(projection.rows[0]?.card).toMatchObject({ goal: 'in the open', prompts: 1 });
        expect(projection.changes.map(({ type }) => type)).toEqual(
          isOneBatch ? ['CardRemoved', 'CardChanged'] : ['CardChanged'],
        );
        expect(first.projection.removed).toEqual(['session-1']);
        expect(projection.story.map(({ entry }) => entry)).toMatchObject([{ kind: 'prompt', text: 'in the open' }]);
      }
    });

    it('is nothing to a board that does not have it, however often it is told', () => {
      const fold = createPartitionFold(emptyBoard, DAY_MS);
      const { projection } = fold.fold(entriesOf(withdrawn(), withdrawn()), T0);
      expect(projection).toMatchObject({ rows: [], removed: [], changes: [], checkpoint: '2-0' });
    });
  });

  it('takes nothing that the board itself tells for a session', () => {
    const fold = createPartitionFold(emptyBoard, DAY_MS);
    const { projection, setAside } = fold.fold(entriesOf(anEvent('MachineLost'), anEvent('MachineReturned')), T0);
    expect([projection.rows, projection.changes, setAside]).toEqual([[], [], []]);
  });
});
