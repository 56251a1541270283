import { START_OFFSET } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { advance } from '../card.ts';
import { evolve, fold } from '../evolve.ts';
import { createPartitionFold } from '../partition.ts';
import { initialState, type SessionState, sessionStateSchema } from '../state.ts';

const MINUTE = 60_000;
type Events = Parameters<typeof evolve>[1][];

const after = (...events: Events): SessionState =>
  events.reduce<SessionState>(evolve, initialState('session-1', 'devbox', T0));
const cardAfter = (...events: Events) => advance(after(...events), 0).card;

const asks = (toolUseId = 'toolu_1', at = T0) => [
  anEvent('PermissionRequested', { occurredAt: at, data: { toolUseId } }),
  anEvent('PresenceChanged', { occurredAt: at, data: { status: 'waiting' } }),
];
const answered = () => [
  anEvent('PresenceChanged', { occurredAt: T0 + MINUTE, data: { status: 'busy' } }),
  anEvent('ToolFinished', { occurredAt: T0 + MINUTE }),
];
const askId = (cardAfter(...asks()).attention?.id ?? '') as string;
const claimed = (by = 'Mika', data: { on?: string; insteadOf?: string } = {}, stream = 'board:one') =>
  anEvent('NeedClaimed', { stream, occurredAt: T0 + 1_000, data: { on: askId, by, ...data } });
const released = (by = 'Mika') =>
  anEvent('ClaimReleased', { stream: 'board:one', occurredAt: T0 + 2_000, data: { on: askId, by } });

describe('a claim on an ask', () => {
  it('stands until the ask has its answer, and says nothing of the next one', () => {
    expect(cardAfter(...asks(), claimed()).claim).toEqual({ by: 'Mika', at: T0 + 1_000, on: askId, about: 'ask' });
    expect(cardAfter(...asks(), claimed(), ...answered()).claim).toBeNull();
    const next = cardAfter(...asks(), claimed(), ...answered(), ...asks('toolu_2', T0 + 2 * MINUTE));
    expect(next.asks).toHaveLength(1);
    expect(next.claim).toBeNull();
  });

  it('is the first one’s, whichever gateway took it, unless another relieves them', () => {
    const both = [...asks(), claimed('Mika'), claimed('Noa', {}, 'board:two')];
    expect(cardAfter(...both).claim?.by).toBe('Mika');
    expect(cardAfter(...both, claimed('Noa', { insteadOf: 'Mika' })).claim?.by).toBe('Noa');
    expect(cardAfter(...both, claimed('Noa', { insteadOf: 'Ola' })).claim?.by).toBe('Mika');
  });

  it('is given back by its own only', () => {
    expect(cardAfter(...asks(), claimed(), released('Noa')).claim?.by).toBe('Mika');
    expect(cardAfter(...asks(), claimed(), released()).claim).toBeNull();
    expect(cardAfter(...asks(), claimed(), released(), claimed('Noa')).claim?.by).toBe('Noa');
  });

  it('is the same when it is told again', () => {
    const [first, again] = [claimed(), claimed()];
    const state = after(...asks(), first);
    expect(evolve(state, first)).toBe(state);
    expect(evolve(state, { ...again, occurredAt: T0 + MINUTE }).claim).toEqual(state.claim);
  });

  it('changes no status and no machine, and is no sign of work', () => {
    const before = after(...asks());
    const { state, changes } = fold(before, { ...claimed(), machine: 'as it was called before' });
    expect(changes).toEqual([]);
    expect(state.lastActivityAt).toBe(before.lastActivityAt);
    expect(state.machine).toBe(before.machine);
  });
});

it('a claim on a pull request stands until the session does something', () => {
  const on = 'checks acme/widgets#42@4f2a9c1';
  const rests = [anEvent('PromptSubmitted'), anEvent('TurnEnded', { occurredAt: T0 + 500 })];
  const claim = anEvent('NeedClaimed', { occurredAt: T0 + 1_000, data: { about: 'checks', on } });
  expect(cardAfter(...rests, claim).claim).toMatchObject({ by: 'Mika', on });
  const idle = advance(after(...rests, claim), T0 + 60 * MINUTE).card;
  expect([idle.status, idle.claim?.by]).toEqual(['idle', 'Mika']);
  const works = [...rests, claim, anEvent('PromptSubmitted', { occurredAt: T0 + MINUTE })];
  expect(cardAfter(...works).claim).toBeNull();
  expect(cardAfter(...works, anEvent('TurnEnded', { occurredAt: T0 + 2 * MINUTE })).claim).toBeNull();
});

it('the story tells of a claim that came to something', () => {
  const state = after(...asks(), claimed('Mika'));
  expect(fold(after(...asks()), claimed('Mika')).story).toEqual({
    kind: 'claim',
    at: T0 + 1_000,
    by: 'Mika',
    how: 'taken',
  });
  expect(fold(state, claimed('Noa')).story).toBeUndefined();
  expect(fold(state, released('Mika')).story).toMatchObject({ by: 'Mika', how: 'released' });
});

it('a state that was saved before there were claims has none', () => {
  const { claim: _claim, ...older } = after(...asks());
  expect(sessionStateSchema.parse(JSON.parse(JSON.stringify(older))).claim).toBeNull();
});

it('a claim puts its card on the board, and brings no session back', () => {
  const board = createPartitionFold({ rows: [], checkpoint: START_OFFSET, enrichments: [] } as never, 24 * 60 * MINUTE);
  const entries = (...events: Events) =>
    events.map((event, index) => {
      const offset = `${index + 1}-0` as const;
      return { ok: true as const, offset, event: { ...event, offset } };
    });
  board.fold(entries(...asks()), T0);
  const { projection } = board.fold(entries(claimed()), T0 + 1_000);
  expect(projection.changes).toMatchObject([{ type: 'CardChanged', card: { claim: { by: 'Mika' } } }]);
  const unknown = board.fold(entries({ ...claimed(), sessionId: 'gone' }), T0);
  expect(unknown.projection).toMatchObject({ rows: [], changes: [] });
});
