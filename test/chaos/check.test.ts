import { type SessionEvent, START_OFFSET } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { describe, expect, it } from 'vitest';
import { checkBoard, checkLog, type Ought } from './check.ts';
import { createLogReader, idOf } from './log-reader.ts';
import type { PlayedSession } from './machine.ts';
import { stateOf } from './offline.ts';

const NOW = T0 + 1_000;
const TOKENS = { model: 'claude-opus-4-8', input: 10, output: 20, cacheRead: 30, cacheWrite: 40 };
const LIFE: readonly SessionEvent[] = [
  anEvent('PromptSubmitted', { position: 1, data: { text: 'First' } }),
  anEvent('TokensUsed', { position: 2, data: TOKENS }),
  anEvent('AssistantReplied', { position: 3, data: { text: 'Done' } }),
  anEvent('TurnEnded', { position: 4 }),
];
const SESSION: PlayedSession = {
  sessionId: 'session-1',
  path: 'projects/-home-dev/session-1.jsonl',
  sizeBytes: 0,
  startedAt: T0,
  lastAt: T0,
  wrongClock: undefined,
};

const folded = (events: readonly SessionEvent[]): SessionState => {
  const state = events.reduce<SessionState | undefined>(evolve, undefined);
  if (!state) throw new Error('there are no events');
  return state;
};
const shown = (state: SessionState, now = NOW) => ({
  ...advance(state, now).card,
  summary: null,
  brief: null,
  pullRequest: null,
});
const ought = (over: Partial<Ought> = {}): ReadonlyMap<string, Ought> =>
  new Map([['session-1', { session: SESSION, byInput: folded(LIFE), byLog: folded(LIFE), ...over }]]);
/** What the judge says of a board that shows this. */
const kindsOf = (state: SessionState, of = ought()) =>
  checkBoard('a board', [shown(state)], of, NOW).map(({ kind }) => kind);

describe('a board', () => {
  it('that shows what the input and the log say is right', () => {
    expect(kindsOf(folded(LIFE))).toEqual([]);
  });

  it.each([0, 1])('lost something where event %i of its input is not in its counters', (left) => {
    const less = folded(LIFE.filter((_event, at) => at !== left));
    expect(kindsOf(less, ought({ byLog: less }))).toContain('lost');
  });

  it.each([0, 1])('has something twice where event %i was applied again', (doubled) => {
    const again = LIFE.map((event, at) =>
      at === doubled ? [event, { ...event, stream: 'transcript:copy' }] : [event],
    );
    const more = folded(again.flat());
    expect(kindsOf(more, ought({ byLog: more }))).toContain('twice');
  });

  it('is wrong in any other field, be it as the log says or not', () => {
    const other = folded(LIFE.with(3, anEvent('TurnInterrupted', { position: 4 })));
    expect(kindsOf(other)).toContain('wrong');
    expect(kindsOf(other, ought({ byLog: other }))).toContain('wrong');
    const renamed = { ...shown(folded(LIFE)), title: 'Another' };
    const says = checkBoard('a board', [renamed], ought(), NOW).map((finding) => finding.says);
    expect(says).toEqual([
      expect.stringMatching(/title is "Another" and by the input "First"/),
      expect.stringMatching(/title is "Another" and by the log "First"/),
    ]);
  });

  it('lost a session that it does not show, and is wrong with one that nobody has', () => {
    expect(checkBoard('a board', [], ought(), NOW)).toMatchObject([{ kind: 'lost', sessionId: 'session-1' }]);
    const strange = { ...shown(folded(LIFE)), sessionId: 'session-2' };
    const findings = checkBoard('a board', [shown(folded(LIFE)), strange], ought(), NOW);
    expect(findings).toMatchObject([{ kind: 'wrong', sessionId: 'session-2' }]);
  });

  it('may have other times where a machine’s clock was wrong, by three seconds, and nothing else', () => {
    const moved = (ms: number) => folded(LIFE.map((event) => ({ ...event, occurredAt: event.occurredAt + ms })));
    const of = (ms: number) =>
      ought({ byLog: moved(ms), byInput: moved(3_600_000), session: { ...SESSION, wrongClock: 'machine' } });
    expect(kindsOf(moved(2_000), of(2_000))).toEqual([]);
    expect(kindsOf(moved(4_000), of(4_000))).toEqual(['wrong', 'wrong']);
    const renamed = { ...shown(moved(0)), goal: 'Another' };
    expect(checkBoard('a board', [renamed], of(0), NOW).map(({ kind }) => kind)).toEqual(['wrong', 'wrong']);
  });

  it('is wrong while it holds a machine for silent', () => {
    const lost = anEvent('MachineLost', { occurredAt: T0 + 500, data: { silentSince: T0 } });
    const state = folded([...LIFE, lost]);
    expect(kindsOf(state, ought({ byInput: state, byLog: state }))).toEqual(['wrong']);
  });
});

describe('a log', () => {
  const of = (events: readonly SessionEvent[]) => new Map([['session-1', { ids: new Set(events.map(idOf)) }]]);

  it('that has every event of the input and no other is right', () => {
    expect(checkLog(of(LIFE), of(LIFE))).toEqual([]);
  });

  it('lost what it does not have, and is wrong with what nobody wrote', () => {
    expect(checkLog(of(LIFE), of(LIFE.slice(1)))).toMatchObject([{ kind: 'lost' }]);
    expect(checkLog(of(LIFE), new Map())).toHaveLength(LIFE.length);
    expect(checkLog(of(LIFE.slice(1)), of(LIFE))).toMatchObject([{ kind: 'wrong' }]);
  });

  it('counts a repeat, and folds it once', async () => {
    const lost = anEvent('MachineLost', { occurredAt: T0 + 500, data: { silentSince: T0 } });
    const entries = [...LIFE.slice(0, 2), lost, ...LIFE.slice(1)].map((event, at) => {
      const offset = `${at + 1}-0`;
      return { ok: true as const, offset, event: { ...event, offset } };
    });
    const log = {
      partitions: 1,
      read: async (_partition: number, { after }: { after: string }) => (after === START_OFFSET ? entries : []),
    };
    const reader = createLogReader(log as unknown as EventLog);
    await reader.read();
    await reader.read();
    expect(reader.repeats).toBe(1);
    const { told = [], state, ids } = reader.sessions.get('session-1') ?? {};
    expect(ids).toEqual(new Set(LIFE.map(idOf)));
    expect(told).toMatchObject([{ after: 2, event: { type: 'MachineLost' } }]);
    expect(stateOf(LIFE, told), 'the input, with what the board told at its place').toEqual(state);
  });
});
