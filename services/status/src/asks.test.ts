import { T0 } from '@crewboard/contract/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLife } from '../test/life.ts';

let life: ReturnType<typeof createLife>;
beforeEach(() => {
  life = createLife();
});

const ask = (second: number, toolUseId: string, agentId?: string): void => {
  life.hook(second, 'ToolRequested', { toolUseId, input: `run ${toolUseId}` }, agentId);
  life.hook(second + 0.1, 'PermissionRequested', { toolUseId, input: `run ${toolUseId}` }, agentId);
};
const asked = (second: number) => life.cardAt(second).asks.map(({ id }) => id);

describe('with hooks and presence', () => {
  beforeEach(() => {
    life.presence(0, 'busy');
    life.hook(0, 'PromptSubmitted', { promptId: 'p1' });
  });

  it('the hook tells what the dialog of the presence asks', () => {
    ask(1, 'a');
    life.presence(1.2, 'waiting', 'permission prompt');
    expect(life.cardAt(3)).toMatchObject({
      status: 'waiting_for_approval',
      attention: { id: 'a', kind: 'permission', tool: 'Bash', input: 'run a', since: T0 + 1_100, agentId: null },
      evidence: { source: 'presence', says: 'The client says it is waiting for “permission prompt”' },
    });
  });

  it('nothing is asked before the presence says so: a rule or another hook may answer', () => {
    ask(1, 'a');
    expect(life.cardAt(60)).toMatchObject({ status: 'working', asks: [] });
  });

  it('a yes is known at once, however long the call then runs', () => {
    ask(1, 'a');
    life.presence(1.2, 'waiting', 'permission prompt');
    life.presence(9, 'busy');
    expect(life.cardAt(80)).toMatchObject({ status: 'working', asks: [] });
  });

  it('a line of the transcript that comes late undoes nothing', () => {
    ask(1, 'a');
    life.presence(1.2, 'waiting', 'permission prompt');
    life.tell(1.3, 'ToolRequested', { toolUseId: 'a' });
    life.tell(1.4, 'AssistantReplied');
    expect(life.cardAt(5)).toMatchObject({ status: 'waiting_for_approval', attention: { id: 'a' } });
  });

  it('several stand as a set, and each answer is the answer of the one that stood first', () => {
    ask(1, 'a', 'agent-1');
    ask(2, 'b', 'agent-2');
    life.presence(2.5, 'waiting', 'permission prompt');
    expect(life.cardAt(3).asks).toMatchObject([
      { id: 'a', agentId: 'agent-1' },
      { id: 'b', agentId: 'agent-2' },
    ]);
    life.presence(4, 'busy');
    life.presence(4.1, 'waiting', 'permission prompt');
    expect(asked(5)).toEqual(['b']);
  });

  it('a call that has its result is not asked any more, whoever tells the result', () => {
    ask(1, 'a', 'agent-1');
    ask(2, 'b', 'agent-2');
    life.presence(2.5, 'waiting', 'permission prompt');
    life.tell(3, 'ToolFinished', { toolUseId: 'b' }, { agentId: 'agent-2', stream: 'transcript:agent-2' });
    expect(asked(4)).toEqual(['a']);
  });

  it('a refusal by Esc ends the ask with the turn', () => {
    ask(1, 'a');
    life.presence(1.2, 'waiting', 'permission prompt');
    life.presence(5, 'idle');
    life.tell(5, 'TurnInterrupted');
    expect(life.cardAt(6)).toMatchObject({
      status: 'waiting_for_input',
      asks: [],
      condition: { kind: 'interrupted' },
    });
  });

  it.each([
    ['AskUserQuestion', 'question'],
    ['ExitPlanMode', 'plan'],
    ['Bash', 'permission'],
  ] as const)('%s asks for a %s', (tool, kind) => {
    life.hook(1, 'PermissionRequested', { kind, tool });
    life.presence(1.1, 'waiting', 'permission prompt');
    expect(life.cardAt(2).attention).toMatchObject({ kind, tool });
  });

  it('a dialog of the client is none of the calls', () => {
    ask(1, 'a');
    life.presence(2, 'idle');
    life.presence(3, 'waiting', 'dialog open');
    expect(life.cardAt(4).attention).toMatchObject({ kind: 'dialog', tool: null });
  });

  it('a server’s question is asked until it is answered', () => {
    life.hook(1, 'ElicitationRequested', { server: 'tickets', message: 'Which project?' });
    life.presence(1.1, 'waiting', 'input needed');
    expect(life.cardAt(2).attention).toMatchObject({ kind: 'elicitation', tool: 'tickets', input: 'Which project?' });
    life.hook(3, 'ElicitationAnswered', { server: 'tickets' });
    life.presence(3, 'busy');
    expect(life.cardAt(4).asks).toEqual([]);
  });

  it('an open ask never times out while its process lives', () => {
    ask(1, 'a');
    life.presence(1.2, 'waiting', 'permission prompt');
    expect(life.cardAt(48 * 3_600)).toMatchObject({ status: 'waiting_for_approval', since: T0 + 1_200 });
  });
});

describe('with hooks alone', () => {
  beforeEach(() => life.hook(0, 'PromptSubmitted', { promptId: 'p1' }));

  it('an ask stands until its call has a result', () => {
    ask(1, 'a');
    expect(life.cardAt(100)).toMatchObject({ status: 'waiting_for_approval', evidence: { source: 'hook' } });
    life.hook(101, 'ToolFinished', { toolUseId: 'a' });
    expect(life.cardAt(102)).toMatchObject({ status: 'working', asks: [] });
  });

  it.each([
    ['the end of the turn', () => life.hook(5, 'TurnEnded')],
    ['a failure', () => life.hook(5, 'TurnFailed')],
    ['the next prompt', () => life.hook(5, 'PromptSubmitted', { promptId: 'p2' })],
    ['the end of the session', () => life.hook(5, 'SessionEnded')],
    ['an interrupt in the transcript', () => life.tell(5, 'TurnInterrupted')],
    ['a result in the transcript', () => life.tell(5, 'ToolFinished', { toolUseId: 'a' })],
  ])('%s closes it', (_what, close) => {
    ask(1, 'a');
    close();
    expect(life.cardAt(6).asks).toEqual([]);
  });

  it('what is typed while the turn runs answers nothing', () => {
    ask(1, 'a');
    life.hook(5, 'PromptSubmitted', { promptId: 'p1' });
    expect(asked(6)).toEqual(['a']);
  });

  it('a result that was heard before its request closes it too', () => {
    life.hook(1, 'ToolFinished', { toolUseId: 'a' });
    ask(1, 'a');
    expect(asked(2)).toEqual([]);
  });

  it('a call for attention stands for an ask that no other hook told', () => {
    life.hook(1, 'ToolRequested', { toolUseId: 'a', input: 'rm -rf dist' });
    life.hook(7, 'Notified', { kind: 'permission_prompt' });
    expect(life.cardAt(8).attention).toMatchObject({ kind: 'permission', tool: 'Bash', input: 'rm -rf dist' });
  });

  it.each([
    ['worker_permission_prompt', 'permission'],
    ['agent_needs_input', 'question'],
  ])('so does %s, which an agent of the session sends', (kind, expected) => {
    life.hook(7, 'Notified', { kind, message: 'A worker needs you' });
    expect(life.cardAt(8).attention).toMatchObject({ kind: expected, input: 'A worker needs you' });
  });

  it.each(['auth_success', 'agent_completed', 'quota_auto_resume_fired', 'of tomorrow'])(
    '%s calls for nobody',
    (kind) => {
      life.hook(7, 'Notified', { kind });
      expect(life.cardAt(8)).toMatchObject({ status: 'working', asks: [] });
    },
  );

  it('the reminder after a minute at rest is none', () => {
    life.hook(1, 'TurnEnded');
    life.hook(61, 'Notified', { kind: 'idle_prompt' });
    expect(life.cardAt(62)).toMatchObject({ status: 'waiting_for_input', asks: [] });
  });
});

describe('where nobody can answer', () => {
  it('what a headless run asks is denied at once, and is no ask', () => {
    life.tell(0, 'PresenceChanged', { status: 'busy', entrypoint: 'sdk-cli' });
    ask(1, 'a');
    expect(life.cardAt(2)).toMatchObject({ status: 'working', kind: 'headless', asks: [] });
  });
});

describe('without hooks', () => {
  it('presence tells that something is asked, and the open call what it may be', () => {
    life.tell(0, 'ToolRequested', { toolUseId: 'a', tool: 'AskUserQuestion', input: 'Which database?' });
    life.presence(1, 'waiting', 'input needed');
    expect(life.cardAt(2).attention).toMatchObject({ kind: 'question', input: 'Which database?' });
  });

  it.each(['sandbox request', 'worker request', 'of tomorrow'])('presence that waits for a %s asks', (waitingFor) => {
    life.presence(1, 'waiting', waitingFor);
    expect(life.cardAt(2)).toMatchObject({ status: 'waiting_for_approval', attention: { kind: 'permission' } });
  });

  it('a call that always asks is an ask at once, even in a transcript alone', () => {
    life.tell(0, 'PromptSubmitted');
    life.tell(1, 'ToolRequested', { toolUseId: 'a', tool: 'AskUserQuestion' });
    expect(life.cardAt(1)).toMatchObject({ status: 'waiting_for_approval', evidence: { inferred: false } });
  });

  it('a background job says what it needs', () => {
    life.tell(0, 'JobChanged', { tempo: 'blocked', state: 'blocked', needs: 'approve Bash: npm publish' });
    expect(life.cardAt(1)).toMatchObject({
      status: 'waiting_for_approval',
      kind: 'background',
      attention: { kind: 'permission', tool: 'Bash', input: 'npm publish' },
      evidence: { source: 'job' },
    });
    life.tell(2, 'JobChanged', { tempo: 'active', state: 'blocked', needs: null });
    expect(life.cardAt(3).status).toBe('working');
  });

  it.each([
    ['was not begun', { tempo: 'blocked', state: 'blocked', needs: 'send a prompt to start' }],
    ['is done', { tempo: 'blocked', state: 'done', needs: 'approve Bash: npm publish' }],
  ])('a background job that %s needs nobody', (_what, said) => {
    life.tell(0, 'JobChanged', said);
    expect(life.cardAt(1)).toMatchObject({ attention: null, asks: [] });
  });
});
