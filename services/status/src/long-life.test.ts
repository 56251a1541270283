import { type SessionEvent, START_OFFSET, type Status, type StatusChange } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { expect, it } from 'vitest';
import { fold } from './evolve.ts';
import { createPartitionFold } from './partition.ts';
import type { SessionState } from './state.ts';

const HOUR = 3_600_000;
const DAY_MS = 24 * HOUR;
const MINUTE = 60_000;

/** A small generator of repeatable chance: 0 up to (not including) 1. */
const chance = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

interface Moment {
  at: number;
  events: SessionEvent[];
  /** What the terminal shows from then on. */
  shown: Status;
}

/** Two days of one session: turns, calls that wait for a yes and run long, thoughts of minutes, nights. */
const twoDays = (): Moment[] => {
  const random = chance(48);
  const moments: Moment[] = [];
  let at = T0;
  let position = 0;
  const stamped = { presence: 'presence:4711', hook: 'hooks', transcript: 'transcript:session-1' } as const;
  const moment = (shown: Status, ...events: SessionEvent[]): void => {
    const told = events.map((event) => {
      position += 1;
      const stream = stamped[event.source as keyof typeof stamped];
      return { ...event, stream, position, occurredAt: at };
    });
    moments.push({ at, events: told, shown });
  };
  const presence = (status: 'busy' | 'idle' | 'waiting') =>
    anEvent('PresenceChanged', { data: { status, waitingFor: status === 'waiting' ? 'permission prompt' : null } });
  const wait = (most: number): void => {
    at += 100 + Math.floor(random() * most);
  };
  moment('waiting_for_input', presence('idle'));
  for (let turn = 0; at < T0 + 48 * HOUR; turn++) {
    wait(turn % 40 === 39 ? 10 * HOUR : 6 * MINUTE);
    moment('working', anEvent('PromptSubmitted', { source: 'hook' }), anEvent('PromptSubmitted'), presence('busy'));
    for (let call = 0; random() < 0.7; call++) {
      const data = { toolUseId: `toolu_${turn}_${call}` };
      wait(4 * MINUTE);
      moment('working', anEvent('ToolRequested', { source: 'hook', data }));
      if (random() < 0.3) {
        moment('waiting_for_approval', presence('waiting'), anEvent('PermissionRequested', { data }));
        wait(random() < 0.1 ? 12 * HOUR : 10 * MINUTE);
        moment('working', presence('busy'), anEvent('ToolRequested', { data }));
      }
      wait(random() < 0.1 ? 2 * HOUR : 2 * MINUTE);
      moment('working', anEvent('ToolFinished', { data }), anEvent('ToolFinished', { source: 'hook', data }));
    }
    wait(5 * MINUTE);
    if (random() < 0.15) moment('waiting_for_input', presence('idle'), anEvent('TurnInterrupted'));
    else moment('waiting_for_input', anEvent('TurnEnded', { source: 'hook' }), presence('idle'), anEvent('TurnEnded'));
  }
  return moments;
};

it('48 hours of a session are right at every moment, and a replay tells the same history', () => {
  const moments = twoDays();
  const board = createPartitionFold(
    { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET },
    14 * DAY_MS,
  );
  const history: StatusChange[] = [];
  let status: Status | undefined;
  let entry = 0;
  const apply = ({ projection }: ReturnType<typeof board.tick>): void => {
    for (const change of projection.changes) if (change.type === 'CardChanged') status = change.card.status;
    history.push(...projection.history.map(({ change }) => change));
  };

  for (const [index, { at, events, shown }] of moments.entries()) {
    const entries = events.map((event) => {
      entry += 1;
      const offset = `${entry}-0`;
      return { ok: true as const, offset, event: { ...event, offset } };
    });
    apply(board.fold(entries, at));
    expect(status, `at moment ${index}`).toBe(shown);
    // Every time-out until the next moment, each at its own time.
    const until = moments[index + 1]?.at ?? at;
    for (let due = board.nextAt(); due < until; due = board.nextAt()) {
      apply(board.tick(due));
      const expected = shown === 'waiting_for_input' ? ['waiting_for_input', 'idle'] : [shown];
      expect(expected, `at ${due - T0} ms, after moment ${index}`).toContain(status);
    }
  }
  expect(moments.length).toBeGreaterThan(300);
  let state: SessionState | undefined;
  const replayed = moments.flatMap(({ events }) =>
    events.flatMap((event) => {
      const evolved = fold(state, event);
      state = evolved.state;
      return evolved.changes;
    }),
  );
  expect(replayed).toEqual(history);
});
