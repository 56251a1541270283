import { type SessionEvent, SPAN_FILES_MAX, type Span } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import { describe, expect, it } from 'vitest';
import { fold, passTime } from '../evolve.ts';
import type { SessionState } from '../state.ts';

const MINUTE = 60_000;

const spansOf = (events: readonly SessionEvent[], until?: number): Span[] => {
  const spans: Span[] = [];
  let state: SessionState | undefined;
  for (const event of events) {
    const evolved = fold(state, event);
    state = evolved.state;
    spans.push(...evolved.spans);
  }
  if (state && until !== undefined) spans.push(...passTime(state, until).spans);
  return spans;
};

const presence = (status: 'busy' | 'waiting' | 'idle', at: number) =>
  anEvent('PresenceChanged', {
    occurredAt: T0 + at,
    data: { status, waitingFor: status === 'waiting' ? 'permission prompt' : null },
  });
const permission = (at: number, toolUseId = 'toolu_1') =>
  anEvent('PermissionRequested', { occurredAt: T0 + at, data: { toolUseId } });

describe('an ask', () => {
  it('is told when it is over: since when, what it was, and what came then', () => {
    const begin = [presence('busy', 0), permission(1_000), presence('waiting', 1_100)];
    expect(spansOf(begin)).toEqual([]);
    const ask = {
      kind: 'ask',
      since: T0 + 1_000,
      at: T0 + 61_000,
      id: 'toolu_1',
      ask: 'permission',
      tool: 'Bash',
      input: 'npm test',
      agentId: null,
    };
    expect(spansOf([...begin, presence('busy', 61_000)])).toEqual([{ ...ask, next: 'went_on' }]);
    expect(spansOf([...begin, presence('idle', 61_000)])).toEqual([{ ...ask, next: 'stopped' }]);
    const gone = anEvent('ProcessExited', { occurredAt: T0 + 61_000, data: { how: 'crashed' } });
    expect(spansOf([...begin, gone])).toEqual([{ ...ask, next: 'ended' }]);
  });

  it('that was only guessed goes over into the one that a hook tells', () => {
    const events = [presence('busy', 0), presence('waiting', 1_000), permission(1_050), presence('busy', 9_000)];
    expect(spansOf(events)).toMatchObject([{ id: 'toolu_1', at: T0 + 9_000 }]);
  });

  it('of several that are open is told alone, and the session goes on with the next', () => {
    const events = [
      presence('busy', 0),
      permission(1_000, 'toolu_1'),
      permission(1_200, 'toolu_2'),
      presence('waiting', 1_300),
      presence('busy', 5_000),
      presence('waiting', 5_010),
      presence('busy', 8_000),
    ];
    const told = spansOf(events).flatMap((span) => (span.kind === 'ask' ? [[span.id, span.at - T0]] : []));
    expect(new Set(told.map(([id]) => id))).toEqual(new Set(['toolu_1', 'toolu_2']));
  });

  it('is none where a time-out believes in it', () => {
    const events = [
      anEvent('PromptSubmitted'),
      anEvent('ToolRequested', { occurredAt: T0 + 1_000 }),
      anEvent('ToolFinished', { occurredAt: T0 + 50_000 }),
    ];
    expect(spansOf(events)).toEqual([]);
  });

  it('outlives the silence of its machine: nobody knows whether it was answered', () => {
    const begin = [presence('busy', 0), permission(1_000), presence('waiting', 1_100)];
    const lost = anEvent('MachineLost', { occurredAt: T0 + 20_000, data: { silentSince: T0 + 8_000 } });
    const back = anEvent('MachineReturned', { occurredAt: T0 + 40_000 });
    expect(spansOf([...begin, lost, back])).toEqual([]);
    expect(spansOf([...begin, lost, back, presence('busy', 50_000)])).toMatchObject([{ at: T0 + 50_000 }]);
  });
});

const tokens = (at: number, data = {}) => anEvent('TokensUsed', { occurredAt: T0 + at, data });
const wrote = (path: string, at: number, outcome: 'done' | 'rejected' = 'done', tool = 'Edit') => [
  anEvent('ToolRequested', { occurredAt: T0 + at, data: { toolUseId: `t${at}`, tool, input: path } }),
  anEvent('ToolFinished', { occurredAt: T0 + at + 10, data: { toolUseId: `t${at}`, outcome } }),
];

describe('the work of a turn', () => {
  it('is told at its end: tokens, what they cost, and the files that were written', () => {
    const events = [
      anEvent('PromptSubmitted'),
      tokens(1_000),
      ...wrote('src/a.ts', 2_000),
      ...wrote('src/b.ts', 3_000),
      ...wrote('src/a.ts', 4_000),
      ...wrote('src/c.ts', 5_000, 'rejected'),
      ...wrote('src/d.ts', 6_000, 'done', 'Read'),
      tokens(7_000),
      anEvent('TurnEnded', { occurredAt: T0 + 8_000 }),
    ];
    expect(spansOf(events)).toEqual([
      {
        kind: 'work',
        since: T0,
        at: T0 + 8_000,
        tokens: { input: 20, output: 40, cacheRead: 2_000, cacheWrite: 200 },
        costUsd: 0.00228,
        contextTokens: 1_110,
        files: [
          { path: 'src/a.ts', edits: 2 },
          { path: 'src/b.ts', edits: 1 },
        ],
        moreFiles: 0,
      },
    ]);
  });

  it('is told in pieces where it takes long, each with its own share', () => {
    const events = [anEvent('PromptSubmitted'), tokens(MINUTE), tokens(6 * MINUTE), tokens(7 * MINUTE)];
    const over = anEvent('TurnInterrupted', { occurredAt: T0 + 8 * MINUTE });
    expect(spansOf([...events, over])).toMatchObject([
      { since: T0, at: T0 + 6 * MINUTE, tokens: { output: 40 } },
      { since: T0 + 7 * MINUTE, at: T0 + 8 * MINUTE, tokens: { output: 20 } },
    ]);
  });

  it('holds what its subagents used and wrote', () => {
    const events = [
      anEvent('PromptSubmitted'),
      ...wrote('src/a.ts', 1_000).map((event) => ({ ...event, agentId: 'a1', stream: 'transcript:a1' })),
      { ...tokens(2_000), agentId: 'a1', stream: 'transcript:a1' },
      anEvent('TurnEnded', { occurredAt: T0 + 3_000 }),
    ];
    expect(spansOf(events)).toMatchObject([{ files: [{ path: 'src/a.ts', edits: 1 }], tokens: { output: 20 } }]);
  });

  it('names no path where the tier tells none, and of too many only so many', () => {
    const end = () => anEvent('TurnEnded', { occurredAt: T0 + MINUTE });
    expect(spansOf([tokens(0), ...wrote('', 10), end()])).toMatchObject([{ files: [], moreFiles: 0 }]);
    const many = Array.from({ length: SPAN_FILES_MAX + 3 }, (_, n) => wrote(`src/${n}.ts`, 100 * n)).flat();
    const [span] = spansOf([...many, end()]);
    expect(span).toMatchObject({ moreFiles: 3 });
    expect(span?.kind === 'work' && span.files).toHaveLength(SPAN_FILES_MAX);
  });

  it('has no cost where a model has no price, and is not told where there was none', () => {
    const end = () => anEvent('TurnEnded', { occurredAt: T0 + MINUTE });
    expect(spansOf([tokens(0, { model: 'own-model' }), tokens(1), end()])).toMatchObject([{ costUsd: null }]);
    expect(spansOf([anEvent('PromptSubmitted'), end()])).toEqual([]);
  });
});

describe('a subagent', () => {
  const started = (isBackground: boolean) =>
    anEvent('SubagentStarted', { agentId: 'a1', stream: 'transcript:a1', data: { isBackground } });
  const reported = (at: number) =>
    anEvent('BackgroundTaskEnded', { occurredAt: T0 + at, data: { taskId: 'a1', outcome: 'failed' } });

  it('in the background is told once, when it ended', () => {
    expect(spansOf([started(true), reported(90_000), reported(91_000)])).toEqual([
      {
        kind: 'agent',
        since: T0,
        at: T0 + 90_000,
        agentId: 'a1',
        type: 'Explore',
        description: 'Find the reader',
        outcome: 'failed',
      },
    ]);
  });

  it('that its caller waited for is a call of the story', () => {
    expect(spansOf([started(false), reported(90_000)])).toEqual([]);
  });
});
