import { type SessionEvent, type SessionEventType, START_OFFSET } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from './card.ts';
import { decide } from './decide.ts';
import { evolve, fold, passTime } from './evolve.ts';
import { createPartitionFold } from './partition.ts';
import { type SessionState, sessionStateSchema } from './state.ts';
import { createStateText } from './state-text.ts';

const HOUR = 3_600_000;
const LATER = T0 + 48 * HOUR;

/** What one source can say; the data is any of a few values that meet each other. */
const id = fc.constantFrom('toolu_1', 'toolu_2');
const agent = fc.option(fc.constant('a1'), { nil: undefined });
const sayings = {
  'transcript:main': [
    'transcript',
    fc.constantFrom<SessionEventType>(
      'PromptSubmitted',
      'AssistantReplied',
      'ToolRequested',
      'ToolFinished',
      'TurnEnded',
      'TurnInterrupted',
      'TurnFailed',
      'RequestRetried',
      'CompactionFinished',
      'BackgroundTaskEnded',
      'SessionContinued',
      'TokensUsed',
      'TasksListed',
      'SessionLocated',
    ),
  ],
  'transcript:a1': [
    'transcript',
    fc.constantFrom<SessionEventType>(
      'AssistantReplied',
      'ToolRequested',
      'ToolFinished',
      'SubagentStarted',
      'SubagentStopped',
    ),
  ],
  'presence:1': [
    'presence',
    fc.constantFrom<SessionEventType>(
      'PresenceChanged',
      'PresenceChanged',
      'PresenceChanged',
      'ProcessExited',
      'SessionLeft',
    ),
  ],
  'presence:2': ['presence', fc.constantFrom<SessionEventType>('PresenceChanged', 'ProcessExited')],
  hooks: [
    'hook',
    fc.constantFrom<SessionEventType>(
      'PromptSubmitted',
      'ToolRequested',
      'ToolFinished',
      'PermissionRequested',
      'TurnEnded',
      'TurnFailed',
      'Notified',
      'SubagentStarted',
      'SubagentStopped',
      'CompactionStarted',
      'CompactionFinished',
      'SessionStarted',
      'SessionEnded',
      'ElicitationRequested',
      'ElicitationAnswered',
    ),
  ],
  'job:1': ['job', fc.constant<SessionEventType>('JobChanged')],
  machine: ['machine', fc.constantFrom<SessionEventType>('MachineLost', 'MachineReturned')],
  'board:1': ['person', fc.constantFrom<SessionEventType>('NeedClaimed', 'ClaimReleased')],
} as const;

const anySaying = (stream: keyof typeof sayings): fc.Arbitrary<SessionEvent[]> => {
  const [source, types] = sayings[stream];
  const one = fc.record({
    type: types,
    toolUseId: id,
    status: fc.constantFrom('busy', 'idle', 'waiting', 'shell', null),
    tempo: fc.constantFrom('active', 'blocked', 'idle'),
    agents: fc.constantFrom(0, 0, 2),
    agentId: stream === 'hooks' ? agent : fc.constant(stream === 'transcript:a1' ? 'a1' : undefined),
    at: fc.integer({ min: T0, max: T0 + 600_000 }),
  });
  return fc.array(one, { maxLength: 12 }).map((facts) =>
    facts.map(({ type, toolUseId, status, tempo, agents, agentId, at }, position) => {
      const data = { toolUseId, taskId: 'a1', status, tempo, needs: 'approve Bash: ls', backgroundAgents: agents };
      const known = Object.keys(anEvent(type).data);
      const fitting = Object.fromEntries(Object.entries(data).filter(([key]) => known.includes(key)));
      const event = anEvent(type, { source, stream, position, occurredAt: at, data: fitting as never });
      return agentId ? ({ ...event, agentId } as SessionEvent) : event;
    }),
  );
};

const anyLife = fc.tuple(...(Object.keys(sayings) as (keyof typeof sayings)[]).map(anySaying));

/** The streams merged: `picks` chooses which goes next. */
const merged = (streams: readonly SessionEvent[][], picks: readonly number[]): SessionEvent[] => {
  const rest = streams.map((stream) => [...stream]);
  const all: SessionEvent[] = [];
  for (let turn = 0; ; turn++) {
    const left = rest.filter((stream) => stream.length > 0);
    const next = left[(picks[turn % picks.length] ?? 0) % left.length]?.shift();
    if (!next) return all;
    all.push(next);
  }
};

const foldAll = (events: readonly SessionEvent[], from?: SessionState): SessionState | undefined =>
  events.reduce<SessionState | undefined>(evolve, from);

/** As a row holds it. */
const stored = (state: SessionState | undefined): unknown => JSON.parse(JSON.stringify(state ?? null));

const picks = fc.array(fc.nat(7), { minLength: 1, maxLength: 60 });

describe('any life of a session', () => {
  it('ends in the same decision however its sources were interleaved', () => {
    fc.assert(
      fc.property(anyLife, picks, picks, fc.integer({ min: T0, max: LATER }), (life, one, other, now) => {
        const [a, b] = [foldAll(merged(life, one)), foldAll(merged(life, other))];
        fc.pre(a !== undefined && b !== undefined);
        if (!a || !b) return;
        const at = Math.max(now, a.clock);
        expect(decide(b, at)).toEqual(decide(a, at));
        expect(advance(b, at).card.subagents).toEqual(advance(a, at).card.subagents);
        expect(advance(b, at).card.claim).toEqual(advance(a, at).card.claim);
      }),
      { numRuns: 400 },
    );
  });

  it('is not changed by a repeat', () => {
    fc.assert(
      fc.property(anyLife, picks, (life, order) => {
        const events = merged(life, order);
        const state = foldAll(events);
        expect(foldAll(events, state)).toEqual(state);
      }),
    );
  });

  it('is told in the text that JSON makes of it, whichever of its states were told before', () => {
    fc.assert(
      fc.property(anyLife, picks, fc.array(fc.nat(3), { minLength: 1 }), fc.nat(), (life, order, saves, restart) => {
        const events = merged(life, order);
        let textOf = createStateText();
        let state: SessionState | undefined;
        for (const [index, event] of events.entries()) {
          state = evolve(state, event);
          if (saves[index % saves.length] === 0) continue;
          expect(textOf(state)).toBe(JSON.stringify(state));
          if (index !== restart % events.length) continue;
          state = sessionStateSchema.parse(stored(state));
          textOf = createStateText();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('goes on from any snapshot as from the start, also through JSON, and with the same history', () => {
    fc.assert(
      fc.property(anyLife, picks, fc.nat(), (life, order, cut) => {
        const events = merged(life, order);
        fc.pre(events.length > 0);
        const at = cut % events.length;
        const changes: unknown[] = [];
        let state: SessionState | undefined;
        for (const [index, event] of events.entries()) {
          if (index === at && state) state = sessionStateSchema.parse(stored(state));
          const evolved = fold(state, event);
          state = evolved.state;
          changes.push(...evolved.changes, ...evolved.spans);
        }
        let whole: SessionState | undefined;
        const expected: unknown[] = [];
        for (const event of events) {
          const evolved = fold(whole, event);
          whole = evolved.state;
          expected.push(...evolved.changes, ...evolved.spans);
        }
        expect(stored(state)).toEqual(stored(whole));
        expect(changes).toEqual(expected);
      }),
    );
  });

  it('has a history that says at each of its times what the card said, however often time was looked at', () => {
    fc.assert(
      fc.property(
        anyLife,
        picks,
        fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 5 }),
        (life, order, looks) => {
          const state = foldAll(merged(life, order));
          fc.pre(state !== undefined);
          if (!state) return;
          const once = passTime(state, LATER);
          let step = state;
          const changes = [];
          for (const ms of [...looks.toSorted((a, b) => a - b).map((ms) => state.clock + ms), LATER]) {
            const passed = passTime(step, ms);
            step = passed.state;
            changes.push(...passed.changes);
          }
          expect(changes).toEqual(once.changes);
          expect(advance(step, LATER).card).toEqual(advance(state, LATER).card);
          for (const { at, status, ended } of once.changes)
            expect(advance(state, at).card).toMatchObject({ status, ended });
        },
      ),
    );
  });
});

describe('any life that was looked at in between', () => {
  /** Ahead of its time, behind it, and about when a time-out is due. */
  const look = fc.oneof(fc.integer({ min: -HOUR, max: HOUR }), fc.constantFrom(0, 1, 5_000, 60_000, 300_000));
  const looks = fc.array(fc.array(look, { maxLength: 3 }), { minLength: 1, maxLength: 20 });

  it('is what its events say, whatever the clocks were that looked', () => {
    fc.assert(
      fc.property(anyLife, picks, looks, (life, order, lookedAt) => {
        let plain: SessionState | undefined;
        let looked: SessionState | undefined;
        for (const [index, event] of merged(life, order).entries()) {
          plain = evolve(plain, event);
          looked = evolve(looked, event);
          expect(looked).toEqual(plain);
          for (const ms of lookedAt[index % lookedAt.length] ?? []) {
            const now: number = looked.clock + ms;
            looked = passTime(looked, now).state;
            expect(advance(looked, now)).toEqual(advance(plain, now));
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** What is stored of a session when its events were folded in batches, each ending behind one of the `cuts`, and saved. */
const storedAfter = (events: readonly SessionEvent[], cuts: ReadonlySet<number>) => {
  const board = { rows: [], enrichments: [], checkpoint: START_OFFSET, changesOffset: START_OFFSET };
  const partition = createPartitionFold(board, 100 * 24 * HOUR);
  const nothing = () => ({
    row: undefined as unknown,
    history: [] as unknown[],
    story: [] as unknown[],
    spans: [] as unknown[],
  });
  let stored = nothing();
  let shown: unknown;
  const save = (batch: readonly SessionEvent[]) => {
    const entries = batch.map((event) => ({ ok: true as const, offset: '1-0', event: { ...event, offset: '1-0' } }));
    const { rows, removed, changes, history, story, spans } = partition.fold(entries, LATER).projection;
    if (removed.length > 0) stored = nothing();
    for (const row of rows) stored.row = row;
    stored.history.push(...history.map(({ change }) => change));
    stored.story.push(...story.map(({ entry }) => entry));
    stored.spans.push(...spans.map(({ span }) => span));
    for (const change of changes) shown = change.type === 'CardChanged' ? change.card : undefined;
  };
  let from = 0;
  for (let to = 1; to <= events.length; to++) {
    if (to < events.length && !cuts.has(to)) continue;
    save(events.slice(from, to));
    from = to;
  }
  return { ...stored, shown };
};

describe('any life that was withdrawn', () => {
  const anyCuts = fc.array(fc.nat(60), { maxLength: 8 }).map((cuts) => new Set(cuts));

  it('leaves what came behind it, as if nothing had been before, whatever was saved in between', () => {
    fc.assert(
      fc.property(anyLife, picks, fc.nat(), anyCuts, anyCuts, (life, order, where, cuts, otherCuts) => {
        const events = merged(life, order);
        const at = where % (events.length + 1);
        const behind = events.slice(at);
        const all = [...events.slice(0, at), anEvent('SessionWithdrawn'), ...behind];
        expect(storedAfter(all, cuts)).toEqual(storedAfter(behind, otherCuts));
      }),
      { numRuns: 300 },
    );
  });
});
