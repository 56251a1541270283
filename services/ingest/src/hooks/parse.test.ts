import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { createHookParser, POSITIONS } from './parse.ts';

const T = Date.parse('2026-01-05T09:00:00.000Z');
const SESSION = '9d492f12-75fc-4b9b-bbcf-08f6934a529e';
const PROMPT = 'c20f9594-f622-4eac-a9fe-37a7603b608b';
const AGENT = 'ad2154d58b785b34a';

/** Payloads as the client 2.1.330 writes them: what all have, then the event's own fields. */
const payload = (name: string, fields: object = {}) => ({
  session_id: SESSION,
  transcript_path: `/home/dev/.claude/projects/-home-dev-widgets/${SESSION}.jsonl`,
  cwd: '/home/dev/widgets',
  hook_event_name: name,
  ...fields,
});
const inTurn = { prompt_id: PROMPT, permission_mode: 'default', effort: { level: 'medium' } };
const inAgent = { ...inTurn, agent_id: AGENT, agent_type: 'general-purpose' };
const bash = { tool_name: 'Bash', tool_input: { command: 'touch a.txt', description: 'Make a' } };

const createParser = () => {
  const parser = createHookParser({
    machine: 'devbox',
    owner: 'Dev',
    stream: 'hooks',
    locate: (cwd) => ({ repo: `repo of ${cwd}`, remote: null, branch: 'main', worktree: null }),
  });
  let position = 0;
  const give = (given: unknown, at = T) => {
    position += POSITIONS;
    const raw = typeof given === 'string' || Buffer.isBuffer(given) ? given : JSON.stringify(given);
    const parsed = parser.payload(raw, position, at);
    for (const event of parsed.events) sessionEventSchema.parse(event);
    return parsed;
  };
  /** What a payload tells beside place and permission mode. */
  const tell = (given: unknown, at = T) =>
    give(given, at)
      .events.filter(({ type }) => type !== 'SessionLocated' && type !== 'PermissionModeChanged')
      .map(({ type, agentId, data }) => ({ type, ...(agentId ? { agentId } : {}), ...data }));
  return { give, tell };
};

describe('what a hook’s payload tells', () => {
  const told = (given: unknown) => createParser().tell(given);

  it('beginning and end of a session', () => {
    expect(told(payload('SessionStart', { source: 'startup', model: 'claude-opus-5-5' }))).toEqual([
      { type: 'SessionStarted', how: 'startup', model: 'claude-opus-5-5' },
    ]);
    const forked = { source: 'fork', seconds_since_last_response: 4, context_tokens: 6564 };
    expect(told(payload('SessionStart', forked))).toEqual([{ type: 'SessionStarted', how: 'fork', model: null }]);
    expect(told(payload('SessionStart', { source: 'in another way' }))).toMatchObject([{ how: 'startup' }]);
    expect(told(payload('SessionEnd', { prompt_id: PROMPT, reason: 'prompt_input_exit' }))).toEqual([
      { type: 'SessionEnded', reason: 'prompt_input_exit' },
    ]);
    expect(told(payload('SessionEnd'))).toEqual([{ type: 'SessionEnded', reason: 'other' }]);
  });

  it('a person’s prompt, with its turn', () => {
    expect(told(payload('UserPromptSubmit', { ...inTurn, prompt: 'Fix it, token=abc123def' }))).toEqual([
      { type: 'PromptSubmitted', text: 'Fix it, token=[masked]', by: 'human', promptId: PROMPT },
    ]);
    expect(told(payload('UserPromptSubmit', { prompt: '[Request interrupted by user] said the log' }))).toEqual([]);
  });

  it('the client’s own words as its own', () => {
    const prompt = `<task-notification>\n<task-id>${AGENT}</task-id>\n<tool-use-id>toolu_1</tool-use-id>\n<status>completed</status>\n<summary>Agent "Make a file" finished</summary>\n</task-notification>`;
    expect(told(payload('UserPromptSubmit', { ...inTurn, prompt }))).toContainEqual({
      type: 'PromptSubmitted',
      text: 'Agent "Make a file" finished',
      by: 'client',
      promptId: PROMPT,
    });
  });

  it('a tool call and its result, but never what the tool said', () => {
    const { give, tell } = createParser();
    const call = { ...inTurn, ...bash, tool_use_id: 'toolu_1' };
    expect(tell(payload('PreToolUse', call))).toEqual([
      { type: 'ToolRequested', toolUseId: 'toolu_1', tool: 'Bash', input: 'touch a.txt', model: null },
    ]);
    const response = { stdout: 'very private', stderr: '', interrupted: false, isImage: false };
    const { events } = give(payload('PostToolUse', { ...call, tool_response: response, duration_ms: 95 }));
    expect(events).toMatchObject([{ type: 'ToolFinished', data: { toolUseId: 'toolu_1', outcome: 'done' } }]);
    expect(JSON.stringify(events)).not.toMatch(/private|\.jsonl/);
  });

  it('how a call ended', () => {
    const call = { ...inTurn, ...bash, tool_use_id: 'toolu_1' };
    const outcomes = [
      payload('PostToolUseFailure', { ...call, error: 'Exit code 1', is_interrupt: false }),
      payload('PostToolUseFailure', { ...call, error: 'Aborted', is_interrupt: true }),
      payload('PermissionDenied', { ...call, reason: '[Data Exfiltration]' }),
      payload('PostToolUse', { ...call, tool_response: { interrupted: true } }),
    ].flatMap(told);
    expect(outcomes).toMatchObject([
      { outcome: 'error' },
      { outcome: 'interrupted' },
      { outcome: 'denied' },
      { outcome: 'interrupted' },
    ]);
  });

  it('which task goes on after a call', () => {
    const shell = { ...bash, tool_use_id: 'toolu_1', tool_response: { stdout: '', backgroundTaskId: 'blzuvw9a2' } };
    expect(told(payload('PostToolUse', shell))).toMatchObject([{ background: 'shell', taskId: 'blzuvw9a2' }]);
    const agent = {
      tool_name: 'Agent',
      tool_use_id: 'toolu_1',
      tool_response: { isAsync: true, status: 'async_launched', agentId: AGENT, outputFile: '/tmp/x.output' },
    };
    expect(told(payload('PostToolUse', agent))).toMatchObject([{ background: 'agent', taskId: AGENT }]);
  });

  it('end and failure of a turn', () => {
    const tasks = [
      { id: AGENT, type: 'subagent', status: 'running', description: 'Make a file' },
      { id: 'w1', type: 'workflow', status: 'running' },
      { id: 'b1', type: 'shell', status: 'running', command: 'npm run dev' },
      { id: 'b2', type: 'shell', status: 'completed' },
      { id: 'x', type: 'of another kind', status: 'running' },
      null,
      'odd',
    ];
    const stop = { ...inTurn, stop_hook_active: false, last_assistant_message: 'private', background_tasks: tasks };
    expect(told(payload('Stop', stop))).toEqual([
      { type: 'TurnEnded', durationMs: null, backgroundAgents: 2, backgroundShells: 1 },
    ]);
    expect(told(payload('Stop'))).toEqual([{ type: 'TurnEnded', durationMs: null, backgroundAgents: 0 }]);
    const message = `API Error: 400 for sk-ant-api03-abcdefgh ${'x'.repeat(9000)}`;
    const [failed] = told(payload('StopFailure', { error: 'rate_limit', last_assistant_message: message }));
    expect(failed).toMatchObject({ type: 'TurnFailed', error: 'rate_limit', httpStatus: null });
    expect(failed).toHaveProperty('reason', expect.stringMatching(/^API Error: 400 for \[masked\] x{400,}$/));
    expect(told(payload('StopFailure'))).toMatchObject([{ reason: 'The request failed' }]);
  });

  it('compaction, calls for attention, questions of tool servers', () => {
    expect(told(payload('PreCompact', { trigger: 'manual', custom_instructions: null }))).toEqual([
      { type: 'CompactionStarted', trigger: 'manual' },
    ]);
    expect(told(payload('PostCompact', { trigger: 'auto', compact_summary: 'private' }))).toEqual([
      { type: 'CompactionFinished', trigger: 'auto', tokensBefore: null, tokensAfter: null },
    ]);
    const idle = { message: 'Claude is waiting for your input', notification_type: 'idle_prompt' };
    expect(told(payload('Notification', idle))).toEqual([
      { type: 'Notified', kind: 'idle_prompt', message: 'Claude is waiting for your input' },
    ]);
    const asked = { mcp_server_name: 'issues', message: 'Which project?', mode: 'form', requested_schema: {} };
    expect(told(payload('Elicitation', asked))).toEqual([
      { type: 'ElicitationRequested', server: 'issues', message: 'Which project?' },
    ]);
    const answered = { mcp_server_name: 'issues', mode: 'form', action: 'accept' };
    expect(told(payload('ElicitationResult', answered))).toEqual([
      { type: 'ElicitationAnswered', server: 'issues', action: 'accept' },
    ]);
  });

  it('nothing where the event says nothing, and the name where nothing is known of it', () => {
    const { give } = createParser();
    for (const name of ['PostToolBatch', 'InstructionsLoaded', 'CwdChanged', 'TaskCreated', 'PostModelSwitch'])
      expect(give(payload(name, inTurn))).toEqual({ events: [] });
    expect(give(payload('SomethingNew', inTurn))).toEqual({ events: [], unknownName: 'SomethingNew' });
    expect(give(payload('constructor', inTurn))).toEqual({ events: [], unknownName: '(constructor)' });
  });
});

describe('what a person is asked', () => {
  const call = (id: string, fields: object = bash) => payload('PreToolUse', { ...inTurn, ...fields, tool_use_id: id });
  const ask = (fields: object = bash) =>
    payload('PermissionRequest', { ...inTurn, ...fields, permission_suggestions: [] });
  const asked = (told: object[]) => told.map((event) => ('toolUseId' in event ? event.toolUseId : undefined));

  it('is named by the tool', () => {
    const { tell } = createParser();
    expect(tell(ask())).toEqual([
      {
        type: 'PermissionRequested',
        kind: 'permission',
        tool: 'Bash',
        input: 'touch a.txt',
        toolUseId: null,
        promptId: PROMPT,
      },
    ]);
    const question = { tool_name: 'AskUserQuestion', tool_input: { questions: [{ question: 'Which database?' }] } };
    expect(tell(ask(question))).toMatchObject([{ kind: 'question', input: 'Which database?' }]);
    expect(tell(ask({ tool_name: 'ExitPlanMode', tool_input: {} }))).toMatchObject([{ kind: 'plan', input: '' }]);
  });

  it('is about the call with exactly this input', () => {
    const { tell } = createParser();
    const other = { tool_name: 'Bash', tool_input: { command: 'touch a.txt', description: 'Make another' } };
    tell(call('toolu_1'));
    tell(call('toolu_2', other));
    expect(asked(tell(ask()))).toEqual(['toolu_1']);
    expect(asked(tell(ask(other)))).toEqual(['toolu_2']);
    expect(asked(tell(ask({ tool_name: 'Bash', tool_input: {} })))).toEqual([null]);
    tell(payload('PostToolUse', { ...inTurn, ...bash, tool_use_id: 'toolu_1', tool_response: {} }));
    expect(asked(tell(ask()))).toEqual([null]);
  });

  it('is told apart where two calls are the same', () => {
    const { tell } = createParser();
    tell(call('toolu_1'));
    tell(call('toolu_2'));
    expect(asked([ask(), ask(), ask()].flatMap((request) => tell(request)))).toEqual(['toolu_2', 'toolu_1', 'toolu_2']);
  });

  it('is not about another agent’s call, nor one of a turn that is over', () => {
    const { tell } = createParser();
    tell(call('toolu_1'));
    tell(payload('PreToolUse', { ...inAgent, ...bash, tool_use_id: 'toolu_2' }));
    expect(tell(payload('PermissionRequest', { ...inAgent, ...bash }))).toMatchObject([
      { agentId: AGENT, toolUseId: 'toolu_2' },
    ]);
    tell(payload('UserPromptSubmit', { ...inTurn, prompt: 'And another thing' }));
    expect(asked(tell(ask()))).toEqual(['toolu_1']);
    tell(payload('UserPromptSubmit', { prompt_id: 'of the next turn', prompt: 'Go on' }));
    expect(asked(tell(ask()))).toEqual([null]);
    expect(tell(payload('PermissionRequest', { ...inAgent, ...bash }))).toMatchObject([{ toolUseId: 'toolu_2' }]);
  });
});

describe('subagents', () => {
  const input = { description: 'Make a file', prompt: 'private', subagent_type: 'general-purpose' };
  const agentCall = { ...inTurn, tool_name: 'Agent', tool_input: input, tool_use_id: 'toolu_1' };
  const launched = { tool_response: { status: 'async_launched', agentId: AGENT } };
  const start = payload('SubagentStart', { prompt_id: PROMPT, agent_id: AGENT, agent_type: 'general-purpose' });
  const started = { type: 'SubagentStarted', agentId: AGENT, agentType: 'general-purpose' };

  it('are joined to the call that began them, before and after its result', () => {
    const { tell } = createParser();
    tell(payload('PreToolUse', agentCall));
    const by = { description: 'Make a file', toolUseId: 'toolu_1' };
    expect(tell(start)).toEqual([{ ...started, ...by, isBackground: false }]);
    tell(payload('PostToolUse', { ...agentCall, ...launched }));
    expect(tell(start)).toEqual([{ ...started, ...by, isBackground: true }]);
    expect(tell(payload('SubagentStop', { ...inAgent, last_assistant_message: 'private' }))).toEqual([
      { type: 'SubagentStopped', agentId: AGENT, outcome: 'done' },
    ]);
  });

  it('are joined to none where two calls could be meant', () => {
    const { tell } = createParser();
    tell(payload('PreToolUse', agentCall));
    tell(payload('PreToolUse', { ...agentCall, tool_use_id: 'toolu_2' }));
    expect(tell(start)).toEqual([{ ...started, description: null, toolUseId: null, isBackground: false }]);
  });

  it('are not the client’s own helpers, which have no type', () => {
    const { tell } = createParser();
    expect(tell(payload('SubagentStop', { ...inAgent, agent_type: '' }))).toEqual([]);
    expect(tell(payload('SubagentStart', { agent_type: 'Explore' }))).toEqual([]);
  });
});

describe('place and permission mode', () => {
  const types = ({ events }: { events: SessionEvent[] }) => events.map(({ type }) => type);

  it('are told at first and when they change, each at a position of its own', () => {
    const { give } = createParser();
    const prompt = payload('UserPromptSubmit', { ...inTurn, prompt: 'Go' });
    const { events } = give(prompt, T + 0.7);
    const [first] = events;
    expect(first).toEqual({
      type: 'SessionLocated',
      schemaVersion: 1,
      sessionId: SESSION,
      machine: 'devbox',
      source: 'hook',
      stream: 'hooks',
      position: POSITIONS,
      occurredAt: T,
      data: {
        cwd: '/home/dev/widgets',
        repo: 'repo of /home/dev/widgets',
        remote: null,
        branch: 'main',
        worktree: null,
        owner: 'Dev',
        clientVersion: null,
        entrypoint: null,
      },
    });
    expect(events.map(({ type, position }) => [type, position - POSITIONS])).toEqual([
      ['SessionLocated', 0],
      ['PermissionModeChanged', 1],
      ['PromptSubmitted', 2],
    ]);
    expect(give(prompt).events.map(({ position }) => position % POSITIONS)).toEqual([2]);
    expect(types(give({ ...prompt, cwd: '/home/dev/other' }))).toEqual(['SessionLocated', 'PromptSubmitted']);
    expect(types(give({ ...prompt, cwd: '/home/dev/other', permission_mode: 'plan' }))).toEqual([
      'PermissionModeChanged',
      'PromptSubmitted',
    ]);
  });

  it('are not a subagent’s: it may work elsewhere and in another mode', () => {
    const { give } = createParser();
    const call = { ...inAgent, ...bash, tool_use_id: 'toolu_1', permission_mode: 'acceptEdits', cwd: '/home/dev/tree' };
    expect(types(give(payload('PreToolUse', call)))).toEqual(['ToolRequested']);
  });

  it('are told again after the session’s end and after a day of silence', () => {
    const { give } = createParser();
    const start = payload('SessionStart', { source: 'resume' });
    give(start);
    give(payload('SessionEnd', { reason: 'other' }));
    expect(types(give(start))).toEqual(['SessionLocated', 'SessionStarted']);
    give({ ...start, session_id: 'another' }, T + 25 * 60 * 60_000);
    expect(types(give(start, T + 25 * 60 * 60_000))).toEqual(['SessionLocated', 'SessionStarted']);
  });

  it('are remembered of the sessions that were heard last', () => {
    const { give } = createParser();
    const start = (session_id: string) => ({ ...payload('SessionStart', { source: 'startup' }), session_id });
    give(start('first'));
    for (let index = 0; index < 499; index++) give(start(`s${index}`));
    expect(types(give(start('first')))).toEqual(['SessionStarted']);
    for (let index = 0; index < 500; index++) give(start(`t${index}`));
    expect(types(give(start('first')))).toEqual(['SessionLocated', 'SessionStarted']);
  });
});
