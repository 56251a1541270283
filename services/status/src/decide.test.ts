import { T0 } from '@crewboard/contract/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLife } from '../test/life.ts';

let life: ReturnType<typeof createLife>;
beforeEach(() => {
  life = createLife();
});

describe('what a status alone does not say', () => {
  it('a failed request is named with its reason, until the next prompt', () => {
    life.presence(0, 'busy');
    life.tell(0, 'PromptSubmitted');
    life.tell(2, 'TurnFailed', { reason: 'API Error: 529', httpStatus: 529 });
    life.presence(2, 'idle');
    expect(life.cardAt(3)).toMatchObject({
      status: 'waiting_for_input',
      condition: { kind: 'failed', says: 'API Error: 529', since: T0 + 2_000 },
    });
    life.tell(10, 'PromptSubmitted');
    life.presence(10, 'busy');
    expect(life.cardAt(11)).toMatchObject({ status: 'working', condition: null });
  });

  it('a failure that only a hook told is one too', () => {
    life.hook(0, 'PromptSubmitted');
    life.hook(2, 'TurnFailed', { reason: 'server_error' });
    expect(life.cardAt(3)).toMatchObject({ status: 'waiting_for_input', condition: { kind: 'failed' } });
  });

  it('a request that is tried again is not stuck', () => {
    life.presence(0, 'busy');
    life.tell(0, 'PromptSubmitted');
    life.tell(3, 'RequestRetried', { attempt: 2, of: 10, httpStatus: 529, retryAt: T0 + 8_000 });
    expect(life.cardAt(4).condition).toMatchObject({
      kind: 'retrying',
      says: 'HTTP 529, attempt 2 of 10',
    });
    life.tell(9, 'AssistantReplied');
    expect(life.cardAt(10).condition).toBeNull();
  });

  it('a compaction is work, with or without presence', () => {
    life.hook(0, 'TurnEnded');
    life.hook(5, 'CompactionStarted', { trigger: 'manual' });
    expect(life.cardAt(6)).toMatchObject({ status: 'working', condition: { kind: 'compacting' } });
    life.hook(7, 'CompactionFinished', { trigger: 'manual' });
    expect(life.cardAt(8)).toMatchObject({ status: 'waiting_for_input', condition: null });
  });

  it('agents that work on after the turn keep the session working', () => {
    life.presence(0, 'busy');
    life.tell(0, 'PromptSubmitted');
    life.tell(2, 'TurnEnded', { backgroundAgents: 1 });
    expect(life.cardAt(30)).toMatchObject({
      status: 'working',
      condition: { kind: 'background_agents', says: 'The turn is over, an agent works on' },
      disagreement: null,
    });
  });

  it('a shell that goes on leaves the session to the person, and is shown with its command', () => {
    life.presence(0, 'busy');
    life.tell(1, 'ToolRequested', { toolUseId: 'a', input: 'npm run dev' });
    life.tell(2, 'ToolFinished', { toolUseId: 'a', background: 'shell', taskId: 'b1' });
    life.tell(3, 'TurnEnded');
    life.presence(3, 'shell');
    expect(life.cardAt(4)).toMatchObject({
      status: 'waiting_for_input',
      condition: { kind: 'background_shell', says: 'A shell goes on in the background: npm run dev' },
      backgroundShells: [{ id: 'b1', command: 'npm run dev' }],
    });
    life.tell(9, 'BackgroundTaskEnded', { taskId: 'b1' });
    life.presence(9, 'idle');
    expect(life.cardAt(10)).toMatchObject({ condition: null, backgroundShells: [] });
  });

  it('a session of which only its place is known is unknown, and says so', () => {
    life.tell(0, 'SessionLocated');
    expect(life.cardAt(1)).toMatchObject({
      status: 'idle',
      condition: { kind: 'unknown' },
      evidence: { inferred: true },
    });
  });
});

describe('the end of a session', () => {
  it.each([
    ['clean', 'closed'],
    ['crashed', 'crashed'],
    ['unseen', 'closed'],
  ] as const)('a process that is gone (%s) ends it: %s', (how, kind) => {
    life.presence(0, 'busy');
    life.tell(5, 'ProcessExited', { how });
    expect(life.cardAt(6)).toMatchObject({ status: 'idle', ended: true, condition: { kind } });
  });

  it('goodbye hooks that are heard after the process is gone do not bring it back', () => {
    life.presence(0, 'busy');
    life.hook(0, 'PromptSubmitted');
    life.tell(5, 'ProcessExited');
    life.hook(5.1, 'TurnEnded');
    life.hook(5.2, 'SessionEnded', { reason: 'other' });
    expect(life.cardAt(6).ended).toBe(true);
  });

  it('after /clear the old session is over, also while its presence still names it', () => {
    life.presence(0, 'idle');
    life.hook(5, 'SessionEnded', { reason: 'clear' });
    expect(life.cardAt(6).ended, 'the presence has time to follow').toBe(false);
    expect(life.cardAt(8)).toMatchObject({
      ended: true,
      condition: { kind: 'moved_on' },
      evidence: { source: 'hook' },
    });
  });

  it('it lives again when it is resumed', () => {
    life.presence(0, 'idle');
    life.tell(5, 'ProcessExited');
    life.tell(100, 'PresenceChanged', { status: 'idle' }, { stream: 'presence:5000' });
    expect(life.cardAt(101)).toMatchObject({ status: 'waiting_for_input', ended: false, condition: null });
  });
});

describe('sources that contradict each other', () => {
  it('are shown after two seconds, with both sides, and no longer than they do', () => {
    life.presence(0, 'busy');
    life.hook(0, 'PromptSubmitted');
    life.hook(10, 'TurnEnded');
    expect(life.cardAt(11.9).disagreement).toBeNull();
    expect(life.cardAt(12)).toMatchObject({
      status: 'working',
      disagreement: { since: T0 + 10_000, sources: [{ source: 'presence' }, { source: 'hook', at: T0 + 10_000 }] },
    });
    life.presence(13, 'idle');
    expect(life.cardAt(14)).toMatchObject({ status: 'waiting_for_input', disagreement: null });
  });

  it('a prompt that the presence never followed is one', () => {
    life.presence(0, 'idle');
    life.tell(5, 'PromptSubmitted');
    expect(life.cardAt(8)).toMatchObject({
      status: 'waiting_for_input',
      disagreement: { sources: [{ source: 'presence' }, { source: 'transcript' }] },
    });
  });

  it('an older word is none: every source is blind for something', () => {
    life.hook(0, 'PromptSubmitted');
    life.tell(0, 'PromptSubmitted');
    life.presence(5, 'idle');
    expect(life.cardAt(60).disagreement).toBeNull();
  });
});

describe('lineage', () => {
  it('a fork has its parent’s goal, and none of its prompts', () => {
    life.tell(0, 'SessionContinued', { fromSessionId: 'session-0', how: 'fork', goal: 'Fix the reader' });
    life.tell(1, 'PromptSubmitted', { text: 'Try it another way' });
    expect(life.cardAt(2)).toMatchObject({
      goal: 'Fix the reader',
      prompts: 1,
      lineage: { from: { sessionId: 'session-0', how: 'fork' }, to: null },
    });
  });

  it('is known on both sides of a /clear', () => {
    life.tell(0, 'SessionContinued', { fromSessionId: 'session-0', how: 'clear', goal: null });
    life.presence(1, 'idle');
    life.tell(5, 'SessionLeft', { nextSessionId: 'session-2' });
    expect(life.cardAt(6)).toMatchObject({
      ended: true,
      lineage: { from: { sessionId: 'session-0', how: 'clear' }, to: { sessionId: 'session-2' } },
    });
  });
});

describe('subagents', () => {
  it.each(['before', 'after'])('one that was called ends with the result of the call, read %s its own file', (when) => {
    life.presence(0, 'busy');
    const start = () =>
      life.tell(1, 'SubagentStarted', { toolUseId: 'call' }, { agentId: 'a1', stream: 'transcript:a1' });
    if (when === 'after') start();
    life.tell(5, 'ToolFinished', { toolUseId: 'call', outcome: 'error' });
    if (when === 'before') start();
    expect(life.cardAt(6).subagents).toMatchObject([{ agentId: 'a1', status: 'failed', since: T0 + 5_000 }]);
  });

  it('are children of the card, each with its own state', () => {
    life.presence(0, 'busy');
    const of = (agentId: string) => ({ agentId, stream: `transcript:${agentId}` });
    life.tell(1, 'SubagentStarted', { agentType: 'Explore', description: 'Find it', isBackground: true }, of('a1'));
    life.tell(2, 'ToolRequested', { toolUseId: 'x', tool: 'Grep', input: 'tail' }, of('a1'));
    life.tell(1, 'SubagentStarted', { agentType: 'Plan', description: 'Plan it' }, of('a2'));
    life.tell(4, 'SubagentStopped', { outcome: 'failed' }, of('a2'));
    life.hook(3, 'PermissionRequested', { toolUseId: 'y' }, 'a3');
    life.hook(3, 'SubagentStarted', { agentType: 'general-purpose', description: null }, 'a3');
    life.presence(3.5, 'waiting', 'permission prompt');
    expect(life.cardAt(5).subagents).toMatchObject([
      { agentId: 'a3', status: 'waiting_for_approval' },
      { agentId: 'a1', status: 'working', now: 'Searching for tail', isBackground: true, description: 'Find it' },
      { agentId: 'a2', status: 'failed', since: T0 + 4_000 },
    ]);
  });

  it('none works while the session rests', () => {
    life.tell(1, 'SubagentStarted', {}, { agentId: 'a1', stream: 'transcript:a1' });
    life.presence(5, 'idle');
    expect(life.cardAt(6).subagents).toMatchObject([{ status: 'stopped' }]);
  });
});

describe('what things cost', () => {
  it('is the client’s own total where it made one, and says so', () => {
    life.tell(1, 'TokensUsed');
    life.tell(2, 'CostReported', { costUsd: 0.5 });
    expect(life.cardAt(3).usage).toMatchObject({ costUsd: 0.5, costBy: 'client', contextWindow: null });
  });

  it('is tokens times prices for what no total holds, and says so', () => {
    life.tell(0, 'PromptSubmitted');
    life.tell(1, 'AssistantReplied');
    const used = { input: 3_606, output: 180, cacheRead: 15_000, cacheWrite: 900 };
    life.tell(1, 'TokensUsed', used);
    // The client’s own total for the same tokens.
    expect(life.cardAt(2).usage).toMatchObject({ costUsd: 0.025524, costBy: 'estimate', contextWindow: 1_000_000 });
    life.tell(2, 'CostReported', { costUsd: 1 });
    life.tell(3, 'TokensUsed', { ...used, messageId: 'msg_2' });
    expect(life.cardAt(4).usage).toMatchObject({ costUsd: 1.025524, costBy: 'estimate' });
  });

  it('is unknown for a model without a price', () => {
    life.tell(1, 'TokensUsed', { model: 'claude-next-9' });
    expect(life.cardAt(2).usage).toMatchObject({ costUsd: null, costBy: null });
  });
});
