import type { SessionEvent } from '@crewboard/contract';
import { anEvent, T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from './card.ts';
import { evolve } from './evolve.ts';
import { type SessionState, sessionStateSchema } from './state.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const fold = (events: readonly SessionEvent[], from?: SessionState): SessionState => {
  const state = events.reduce<SessionState | undefined>(evolve, from);
  if (!state) throw new Error('no events');
  return state;
};
const cardAt = (events: readonly SessionEvent[], now: number) => advance(fold(events), now).card;

const prompt = (at = T0) => anEvent('PromptSubmitted', { occurredAt: at });
const tool = (at = T0, toolUseId = 'toolu_1', name = 'Bash') =>
  anEvent('ToolRequested', { occurredAt: at, data: { toolUseId, tool: name } });
const result = (at = T0, toolUseId = 'toolu_1') => anEvent('ToolFinished', { occurredAt: at, data: { toolUseId } });
const turnEnd = (at = T0) => anEvent('TurnEnded', { occurredAt: at });
const presence = (
  status: 'busy' | 'idle' | 'waiting' | 'shell' | null,
  at = T0,
  waitingFor: string | null = null,
  pid = 4711,
) => anEvent('PresenceChanged', { occurredAt: at, stream: `presence:${pid}`, data: { status, waitingFor, pid } });

describe('without presence, by the transcript and its time-outs', () => {
  it('works from the prompt on', () => {
    const card = cardAt([prompt()], T0 + SECOND);
    expect(card).toMatchObject({ status: 'working', since: T0, evidence: { source: 'transcript', inferred: false } });
  });

  it('believes that a call without a result for 5 s waits for approval, and says that it is inferred', () => {
    const events = [prompt(), tool(T0 + SECOND)];
    expect(cardAt(events, T0 + 5_999).status).toBe('working');
    expect(cardAt(events, T0 + 6 * SECOND)).toMatchObject({
      status: 'waiting_for_approval',
      since: T0 + 6 * SECOND,
      attention: { kind: 'permission', tool: 'Bash', input: 'npm test' },
      evidence: { source: 'timeout', inferred: true },
    });
  });

  it('still says so after an event that says nothing of the turn', () => {
    const events = [prompt(), tool(), anEvent('TitleGiven', { occurredAt: T0 + 10 * SECOND })];
    expect(cardAt(events, T0 + 10 * SECOND)).toMatchObject({
      status: 'waiting_for_approval',
      since: T0 + 5 * SECOND,
      evidence: { source: 'timeout', inferred: true },
    });
  });

  it('works again when the result comes, since then', () => {
    const at = T0 + 20 * SECOND;
    expect(cardAt([prompt(), tool(), result(at)], at)).toMatchObject({ status: 'working', since: at, attention: null });
  });

  it('waits for input after a turn end, and is idle 5 minutes later', () => {
    const events = [prompt(), turnEnd(T0 + SECOND)];
    expect(cardAt(events, T0 + MINUTE)).toMatchObject({ status: 'waiting_for_input', since: T0 + SECOND });
    expect(cardAt(events, T0 + 10 * MINUTE)).toMatchObject({
      status: 'idle',
      since: T0 + SECOND + 5 * MINUTE,
      ended: false,
    });
  });

  it('waits for input after a minute without a sign', () => {
    expect(cardAt([prompt()], T0 + 61 * SECOND)).toMatchObject({
      status: 'waiting_for_input',
      since: T0 + MINUTE,
      evidence: { inferred: true },
    });
  });

  it('works on while background agents run after the turn', () => {
    const card = cardAt([prompt(), anEvent('TurnEnded', { data: { backgroundAgents: 2 } })], T0 + SECOND);
    expect(card).toMatchObject({
      status: 'working',
      condition: { kind: 'background_agents', says: 'The turn is over, 2 agents work on' },
    });
  });

  it.each(['TurnInterrupted', 'TurnFailed'] as const)('waits for input after %s', (type) => {
    expect(cardAt([prompt(), tool(), anEvent(type)], T0).status).toBe('waiting_for_input');
  });

  it("does not take a subagent's turn end for the session's", () => {
    expect(cardAt([prompt(), anEvent('TurnEnded', { agentId: 'a1', stream: 'transcript:a1' })], T0).status).toBe(
      'working',
    );
  });
});

describe('with presence', () => {
  it('tells where in tmux it can be found, as long as its process lives', () => {
    const events = [
      anEvent('PresenceChanged', { data: { tmux: 'probe:@0.%0' } }),
      anEvent('PresenceChanged', { data: { status: 'waiting', tmux: 'probe:@1.%4' } }),
    ];
    expect(cardAt(events, T0).tmux).toBe('probe:@1.%4');
    expect(cardAt([...events, anEvent('ProcessExited')], T0).tmux).toBeNull();
  });

  it.each([
    ['busy', 'working'],
    ['waiting', 'waiting_for_approval'],
    ['idle', 'waiting_for_input'],
    ['shell', 'waiting_for_input'],
    [null, 'waiting_for_input'],
  ] as const)('%s is %s', (said, status) => {
    expect(cardAt([presence(said)], T0 + SECOND).status).toBe(status);
  });

  it('has the say over a late line of the transcript', () => {
    const events = [prompt(), presence('waiting', T0 + SECOND, 'permission prompt'), tool(T0 + SECOND)];
    expect(cardAt(events, T0 + 2 * SECOND)).toMatchObject({
      status: 'waiting_for_approval',
      since: T0 + SECOND,
      attention: { kind: 'permission', tool: 'Bash', input: 'npm test', since: T0 + SECOND },
      evidence: { source: 'presence' },
    });
  });

  it('never lets an open ask time out', () => {
    expect(cardAt([presence('waiting')], T0 + 48 * 60 * MINUTE).status).toBe('waiting_for_approval');
  });

  it('works on through a silent hour, and says since when it is quiet', () => {
    const card = cardAt([prompt(), presence('busy')], T0 + 60 * MINUTE);
    expect(card).toMatchObject({ status: 'working', quietSince: T0 });
  });

  it.each([
    ['AskUserQuestion', 'input needed', 'question'],
    ['ExitPlanMode', 'input needed', 'plan'],
    ['Bash', 'permission prompt', 'permission'],
    ['Bash', 'dialog open', 'dialog'],
  ])('%s with “%s” is a %s', (name, waitingFor, kind) => {
    const events = [prompt(), tool(T0, 'toolu_1', name), presence('waiting', T0, waitingFor)];
    expect(cardAt(events, T0).attention?.kind).toBe(kind);
  });

  it('tells of the ask although the call is not on disk before the answer', () => {
    const { attention } = cardAt([prompt(), presence('waiting', T0, 'permission prompt')], T0);
    expect(attention).toMatchObject({ kind: 'permission', tool: null, input: null, since: T0, agentId: null });
  });

  it('shows a background shell while the person may type', () => {
    expect(cardAt([presence('shell')], T0)).toMatchObject({
      status: 'waiting_for_input',
      backgroundShells: [{ id: 'shell', command: null }],
      condition: { kind: 'background_shell' },
    });
  });

  it('does not begin anew when the same status is said again', () => {
    const events = [presence('busy'), presence('busy', T0 + MINUTE)];
    expect(cardAt(events, T0 + MINUTE).since).toBe(T0);
  });

  it('takes the terminal that needs a person when a session runs in two', () => {
    const events = [presence('waiting', T0, null, 1), presence('busy', T0 + SECOND, null, 2)];
    expect(cardAt(events, T0 + SECOND).status).toBe('waiting_for_approval');
  });
});

describe('when the process goes', () => {
  const exited = (pid = 4711, at = T0 + MINUTE) =>
    anEvent('ProcessExited', { occurredAt: at, stream: `presence:${pid}`, data: { pid, how: 'clean' } });

  it('is idle and ended', () => {
    expect(cardAt([presence('busy'), exited()], T0 + MINUTE)).toMatchObject({
      status: 'idle',
      ended: true,
      since: T0 + MINUTE,
      evidence: { source: 'process' },
    });
  });

  it('stays ended when the client still writes its totals', () => {
    const events = [presence('idle'), exited(), anEvent('CostReported', { occurredAt: T0 + MINUTE + 5 })];
    expect(cardAt(events, T0 + 2 * MINUTE)).toMatchObject({ ended: true, usage: { costUsd: 0.5 } });
  });

  it('lives on while another process of it does', () => {
    const events = [presence('busy', T0, null, 1), presence('idle', T0, null, 2), exited(2)];
    expect(cardAt(events, T0 + MINUTE)).toMatchObject({ status: 'working', ended: false });
  });

  it('lives again when it is resumed', () => {
    const events = [presence('busy'), exited(), presence('idle', T0 + 2 * MINUTE, null, 5)];
    expect(cardAt(events, T0 + 2 * MINUTE)).toMatchObject({ status: 'waiting_for_input', ended: false });
  });

  it('is over when the process went on with another session', () => {
    const events = [presence('idle'), anEvent('SessionLeft', { occurredAt: T0 + SECOND, stream: 'presence:4711' })];
    expect(cardAt(events, T0 + SECOND)).toMatchObject({ status: 'idle', ended: true });
  });
});

describe('what a card tells', () => {
  it("prefers a person's title to the model's, and that to the first prompt", () => {
    const given = [prompt(), anEvent('TitleGiven', { data: { title: 'By model', by: 'model' } })];
    expect(cardAt([prompt()], T0).title).toBe('Fix the tail reader');
    expect(cardAt(given, T0).title).toBe('By model');
    const named = [...given, anEvent('TitleGiven', { data: { title: 'Mine', by: 'person' } })];
    expect(cardAt(named, T0)).toMatchObject({ title: 'Mine', goal: 'Fix the tail reader' });
  });

  it('has the first prompt of its transcript for a goal, whatever the clocks said and hooks told before', () => {
    const asked = (text: string, occurredAt: number, position: number) =>
      anEvent('PromptSubmitted', { occurredAt, position, data: { text } });
    const hooked = anEvent('PromptSubmitted', {
      ...{ source: 'hook', stream: 'hooks', occurredAt: T0, data: { text: 'Third' } },
    });
    const written = [asked('First', T0, 1), asked('Second', T0 - 60 * MINUTE, 2)];
    expect(cardAt(written, T0).goal).toBe('First');
    expect(cardAt([hooked, ...written], T0).goal).toBe('First');
    expect(cardAt([...written, hooked], T0).goal).toBe('First');
    expect(cardAt([hooked], T0).goal).toBe('Third');
    const other = anEvent('PromptSubmitted', {
      stream: 'transcript:before',
      occurredAt: T0 - 1,
      data: { text: 'Zeroth' },
    });
    expect(cardAt([...written, other], T0).goal).toBe('Zeroth');
    expect(cardAt([other, ...written.slice(0, 1)], T0).goal).toBe('Zeroth');
  });

  it("does not take the client's own prompts for the goal", () => {
    expect(cardAt([anEvent('PromptSubmitted', { data: { by: 'client' } })], T0)).toMatchObject({
      goal: null,
      prompts: 0,
    });
  });

  it('says in one line what it does', () => {
    expect(cardAt([prompt(), tool()], T0).now).toBe('Running npm test');
    expect(cardAt([prompt(), tool(), result(), anEvent('AssistantReplied')], T0).now).toBe(
      'I look at the reader first.',
    );
  });

  it('adds up tokens by model, those of older history too', () => {
    const { usage } = cardAt([anEvent('TokensUsed'), anEvent('HistoryCounted', { stream: 'history' })], T0);
    expect(usage.tokens).toEqual({
      'claude-opus-5-5': { input: 11, output: 22, cacheRead: 1003, cacheWrite: 104, cacheWrite1h: 0 },
    });
    expect(usage.contextTokens).toBe(1110);
  });

  it('has the context of the last message, although a clock was set back before it', () => {
    const used = (input: number, occurredAt: number) => {
      const event = anEvent('TokensUsed', { occurredAt });
      return { ...event, data: { ...event.data, input, cacheRead: 0, cacheWrite: 0 } };
    };
    const state = [used(10, T0 + 2_000), used(20, T0)].reduce<SessionState | undefined>(evolve, undefined);
    expect(state && advance(state, T0 + 3_000).card.usage.contextTokens).toBe(20);
  });
});

const anyEvent: fc.Arbitrary<SessionEvent> = fc
  .record({
    type: fc.constantFrom(
      'PromptSubmitted',
      'AssistantReplied',
      'ToolRequested',
      'ToolFinished',
      'TurnEnded',
      'TurnInterrupted',
      'TokensUsed',
      'CostReported',
      'ProcessExited',
      'SessionLeft',
    ),
    status: fc.option(fc.constantFrom('busy', 'idle', 'waiting', 'shell'), { nil: undefined }),
    afterMs: fc.integer({ min: 0, max: 400_000 }),
    agentId: fc.option(fc.constant('a1'), { nil: undefined }),
  })
  .map(({ type, status, afterMs, agentId }) => {
    const event = status ? presence(status) : anEvent(type as 'TurnEnded', agentId ? { agentId } : {});
    return { ...event, occurredAt: T0 + afterMs } as SessionEvent;
  });
/** In the order of their streams, as an agent sends them. */
const anyEvents = fc
  .array(anyEvent, { minLength: 1, maxLength: 40 })
  .map((events) => events.map((event, index) => ({ ...event, position: index }) as SessionEvent));

describe('the fold', () => {
  it('changes nothing at a repeat, whatever came before', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = fold(events);
        expect(fold(events, state)).toEqual(state);
      }),
    );
  });

  it('gives the same state from any point on, also through JSON', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const at = cut % events.length;
        const before =
          at > 0 ? sessionStateSchema.parse(JSON.parse(JSON.stringify(fold(events.slice(0, at))))) : undefined;
        const [onward, whole] = [fold(events.slice(at), before), fold(events)];
        expect(JSON.parse(JSON.stringify(onward))).toEqual(JSON.parse(JSON.stringify(whole)));
      }),
    );
  });

  it('gives the same card however often time was looked at, and says beforehand when it changes', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 0, max: 2_000_000 }), (events, laterMs) => {
        const state = fold(events);
        const later = state.clock + laterMs;
        let { card, nextAt } = advance(state, state.clock);
        while (nextAt !== null && nextAt <= later) ({ card, nextAt } = advance(state, nextAt));
        expect(card).toEqual(advance(state, later).card);
      }),
    );
  });
});
