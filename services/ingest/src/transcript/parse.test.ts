import { LONG_TEXT_MAX, type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assistantLine, attachmentLine, promptLine, systemLine, T, toolResultLine } from '../../test/entries.ts';
import { createTranscriptParser, type Place, type TranscriptParserOptions } from './parse.ts';

const place: Place = { repo: 'acme/widgets', remote: 'github.com/acme/widgets', branch: 'trunk', worktree: null };

const parserOf = (options: Partial<TranscriptParserOptions> = {}) =>
  createTranscriptParser({
    sessionId: 'session-1',
    machine: 'devbox',
    owner: 'Dev',
    stream: 'transcript:a.jsonl#0',
    locate: () => place,
    ...options,
  });

const OBSERVED = T + 60_000;

const read = (lines: readonly (string | Buffer)[], options: Partial<TranscriptParserOptions> = {}): SessionEvent[] => {
  const parser = parserOf(options);
  let position = 0;
  return lines.flatMap((line) => {
    const { events } = parser.line(line, position, OBSERVED);
    position += Buffer.byteLength(line) + 1;
    return events;
  });
};

const told = (lines: readonly (string | Buffer)[], options: Partial<TranscriptParserOptions> = {}) =>
  read(lines, options)
    .filter(({ type }) => type !== 'SessionLocated')
    .map(({ type, data }) => ({ type, ...data }));

const text = (content: string) => ({ type: 'text', text: content });
const call = (name: string, input: unknown) => ({ type: 'tool_use', id: 'toolu_1', name, input });

describe('prompts', () => {
  const by = (content: unknown, fields = {}) => told([promptLine(content, fields)]);

  it.each([
    ['typed', {}, 'human'],
    ['queued', { promptSource: 'queued' }, 'human'],
    ['of a version that does not say', { promptSource: undefined }, 'human'],
    ['of the sdk', { promptSource: 'sdk', turnOrigin: 'sdk' }, 'program'],
    ['of a headless client that does not say', { promptSource: undefined, entrypoint: 'sdk-cli' }, 'program'],
    ['of the client', { promptSource: 'system' }, 'client'],
    ['of another agent', { promptSource: undefined, origin: { kind: 'coordinator' } }, 'client'],
  ])('names the speaker of one %s', (_name, fields, speaker) => {
    expect(by('Go on', fields)).toEqual([{ type: 'PromptSubmitted', text: 'Go on', by: speaker }]);
  });

  it('tells a task notification in its own words, as the client’s', () => {
    const notification = '<task-notification>\n<status>completed</status>\n<summary>Agent "Find" finished</summary>\n';
    const prompt = { type: 'PromptSubmitted', text: 'Agent "Find" finished', by: 'client' };
    expect(by(notification, { promptSource: 'system', turnOrigin: 'task_notification' })).toEqual([prompt]);
    expect(by(notification, { promptSource: undefined })).toEqual([prompt]);
  });

  it.each(['teammate-message', 'agent-message', 'cross-session-message', 'channel'])(
    'takes a <%s> for the client’s, in versions that do not say whose it is',
    (tag) => {
      const words = `<${tag} from="lead">Go on</${tag}>`;
      expect(by(words, { promptSource: undefined })).toMatchObject([{ type: 'PromptSubmitted', by: 'client' }]);
    },
  );

  it.each([
    ['/clear', '<command-name>/clear</command-name>\n<command-message>clear</command-message>', {}],
    ['the output of a local command', '<local-command-stdout>Total cost: $1</local-command-stdout>', {}],
    ['the caveat before it', '<local-command-caveat>Caveat: …</local-command-caveat>', { isMeta: true }],
    ['a shell escape', '<bash-input>ls</bash-input>', {}],
    ['a reminder', '<system-reminder>\nRemember\n</system-reminder>', {}],
    ['an instruction that the client put in', 'Base directory for this skill: /x', { isMeta: true }],
    ['a compact summary', 'This session is being continued from a previous conversation', { isCompactSummary: true }],
    ['nothing', '', {}],
    ['an opened file', [text('<ide_opened_file>x</ide_opened_file>')], {}],
  ])('takes %s for no prompt', (_name, content, fields) => {
    expect(by(content, fields)).toEqual([]);
  });

  it('takes a slash command that runs a prompt for the person’s', () => {
    const command =
      '<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>42</command-args>';
    expect(by(command)).toEqual([{ type: 'PromptSubmitted', text: '/review 42', by: 'human' }]);
  });

  it('goes on with a turn where a stop hook says so', () => {
    expect(by('Stop hook feedback:\nrun the tests', { isMeta: true, promptSource: undefined })).toMatchObject([
      { type: 'PromptSubmitted', by: 'client' },
    ]);
  });

  it('leaves out what the client put before the words', () => {
    const content = '<system-reminder>x</system-reminder>\n<system-reminder>y</system-reminder>\nFix it';
    expect(by(content)).toMatchObject([{ text: 'Fix it' }]);
    expect(by([text('<ide_selection>x</ide_selection>'), text('Fix it'), { type: 'image', source: {} }])).toMatchObject(
      [{ text: 'Fix it\n[image]' }],
    );
  });

  it('cuts a long text without splitting a character, and masks secrets in it', () => {
    const [prompt] = by(`key sk-ant-api03-abcdefghijk ${'😀'.repeat(3000)}`);
    expect(prompt).toMatchObject({ text: expect.stringMatching(/^key \[masked\] /) });
    const said = prompt && 'text' in prompt ? prompt.text : '';
    expect(said.length).toBeLessThanOrEqual(LONG_TEXT_MAX);
    expect(said).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });

  it('sees an interrupt', () => {
    expect(by([text('[Request interrupted by user for tool use]')])).toEqual([{ type: 'TurnInterrupted' }]);
    expect(by('[Request interrupted by user]')).toEqual([{ type: 'TurnInterrupted' }]);
  });
});

describe('results of tools', () => {
  const outcome = (fields: object, result = {}) => told([toolResultLine('toolu_1', { ...fields }, result)]);

  it.each([
    ['done', {}, {}],
    ['error', {}, { is_error: true }],
    ['rejected', { toolDenialKind: 'user-rejected' }, { is_error: true }],
    ['rejected', { toolUseResult: 'User rejected tool use' }, { is_error: true }],
    ['interrupted', { toolDenialKind: 'interrupted' }, { is_error: true }],
    ['interrupted', { toolUseResult: { interrupted: true } }, {}],
    ['denied', { toolDenialKind: 'permission-rule' }, { is_error: true }],
    ['denied', { toolDenialKind: 'automode-blocked' }, { is_error: true }],
  ])('are %s', (expected, fields, result) => {
    expect(outcome(fields, result)).toEqual([{ type: 'ToolFinished', toolUseId: 'toolu_1', outcome: expected }]);
  });

  it.each([
    ['person', { decision: 'accept', source: 'user_temporary', grantScope: 'once' }],
    ['rule', { decision: 'accept', source: 'config', reasonType: 'mode' }],
    [undefined, { decision: 'accept', source: 'of tomorrow' }],
    [undefined, { decision: 'reject', source: 'config' }],
    [undefined, 'odd'],
  ])('say who let the call run: %s', (allowedBy, permissionDecision) => {
    const [finished] = outcome({ permissionDecision });
    expect(finished && 'allowedBy' in finished ? finished.allowedBy : undefined).toBe(allowedBy);
  });

  it('name what goes on in the background', () => {
    const launched = (toolUseResult: object) => outcome({ toolUseResult });
    expect(launched({ backgroundTaskId: 'b1' })).toMatchObject([{ background: 'shell', taskId: 'b1' }]);
    // Moved there by the client, after its time-out.
    expect(launched({ backgroundTaskId: 'b2', timedOutAfterMs: 120_000 })).toMatchObject([{ background: 'shell' }]);
    expect(launched({ status: 'async_launched' })).toMatchObject([{ background: 'agent' }]);
    const workflow = { status: 'async_launched', taskType: 'local_workflow', runId: 'wf_1' };
    expect(launched(workflow)).toMatchObject([{ background: 'agent', taskId: 'wf_1' }]);
  });

  it('are read whole out of a line of any length', () => {
    const long = 'x\\n"'.repeat(50_000);
    const line = toolResultLine(
      'toolu_1',
      { toolUseResult: { stdout: long, backgroundTaskId: 'b1' } },
      { content: long },
    );
    expect(told([line])).toEqual([
      { type: 'ToolFinished', toolUseId: 'toolu_1', outcome: 'done', background: 'shell', taskId: 'b1' },
    ]);
  });

  it('can bring an interrupt, but no prompt', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 'toolu_1' },
      text('[Request interrupted by user]'),
      text('more'),
    ];
    expect(told([promptLine(content)]).map(({ type }) => type)).toEqual(['ToolFinished', 'TurnInterrupted']);
  });
});

describe('replies', () => {
  it('are told block by block, their tokens once', () => {
    const lines = [
      assistantLine({ type: 'thinking', thinking: 'hm' }),
      assistantLine(text('I look.')),
      assistantLine(call('Bash', { command: 'npm test' })),
    ];
    const model = 'claude-opus-5-5';
    expect(told(lines)).toEqual([
      { type: 'AssistantThought', model },
      { type: 'TokensUsed', messageId: 'msg_1', model, input: 10, output: 20, cacheRead: 30, cacheWrite: 40 },
      { type: 'AssistantReplied', text: 'I look.', model },
      { type: 'ToolRequested', toolUseId: 'toolu_1', tool: 'Bash', input: 'npm test', model },
    ]);
  });

  it('of old clients count with their last row', () => {
    const row = (output: number) => assistantLine(text('…'), { stop_reason: null, usage: { output_tokens: output } });
    const tokens = (lines: string[]) => told(lines).filter(({ type }) => type === 'TokensUsed');
    expect(tokens([row(1), row(70)])).toEqual([]);
    expect(tokens([row(1), row(70), promptLine()])).toMatchObject([{ output: 70 }]);
    expect(tokens([row(1), row(70), assistantLine(text('…'), { usage: { output_tokens: 90 } })])).toMatchObject([
      { output: 90 },
    ]);
    const next = assistantLine(text('…'), { id: 'msg_2', stop_reason: 'end_turn' });
    expect(tokens([row(1), row(70), next, row(70)])).toMatchObject([{ output: 70 }, { messageId: 'msg_2' }]);
  });

  it('of the client itself cost nothing and say nothing', () => {
    expect(told([assistantLine(text('No response requested.'), { model: '<synthetic>' })])).toEqual([]);
  });

  it('that report a failed request end the turn', () => {
    const line = assistantLine(
      text('API Error: 529 overloaded'),
      { model: '<synthetic>' },
      { isApiErrorMessage: true, apiErrorStatus: 529 },
    );
    expect(told([line])).toEqual([{ type: 'TurnFailed', reason: 'API Error: 529 overloaded', httpStatus: 529 }]);
  });

  it.each([
    ['Bash', { command: 'npm\ntest' }, 'npm test'],
    ['Edit', { file_path: '/home/dev/widgets/src/a.ts' }, 'src/a.ts'],
    ['Write', { file_path: '/home/dev/widgets-2/a.ts', content: 'secret' }, '/home/dev/widgets-2/a.ts'],
    ['NotebookEdit', { notebook_path: '/home/dev/widgets/n.ipynb' }, 'n.ipynb'],
    ['Grep', { pattern: 'TODO' }, 'TODO'],
    ['WebFetch', { url: 'https://dev:pw@example.com/x' }, 'https://[masked]@example.com/x'],
    ['Task', { description: 'Find files', prompt: 'long' }, 'Find files'],
    ['AskUserQuestion', { questions: [{ question: 'A?' }, { question: 'B?' }] }, 'A? / B?'],
    ['ExitPlanMode', { plan: '\n## The plan\n1. x' }, 'The plan'],
    ['mcp__tracker__find', { id: 7, deep: { a: [1] } }, '{"id":7,"deep":{"a":[1]}}'],
    ['Bash', {}, ''],
    ['Bash', 'odd', 'odd'],
  ])('preview the input of %s', (name, input, expected) => {
    expect(told([assistantLine(call(name, input))])[0]).toMatchObject({ type: 'ToolRequested', input: expected });
  });
});

describe('the end of a turn', () => {
  it('says how long it took and which agents still run', () => {
    expect(told([systemLine('turn_duration', { durationMs: 2096, pendingBackgroundAgentCount: 1 })])).toEqual([
      { type: 'TurnEnded', durationMs: 2096, backgroundAgents: 1 },
    ]);
    const pending = { durationMs: 1, pendingBackgroundAgentCount: 1, pendingWorkflowCount: 2 };
    expect(told([systemLine('turn_duration', pending)])).toMatchObject([{ backgroundAgents: 3 }]);
  });

  it('of a stop hook knows the agents that were launched and are not back', () => {
    const launched = toolResultLine('toolu_9', { toolUseResult: { status: 'async_launched' } });
    const back = promptLine('<task-notification><tool-use-id>toolu_9</tool-use-id><summary>done</summary>');
    const ended = (lines: string[]) => told(lines).filter(({ type }) => type === 'TurnEnded');
    expect(ended([launched, systemLine('stop_hook_summary')])).toMatchObject([{ backgroundAgents: 1 }]);
    expect(ended([launched, back, systemLine('stop_hook_summary')])).toMatchObject([{ backgroundAgents: 0 }]);
  });

  it('is nothing else that the client notes', () => {
    expect(told([systemLine('away_summary'), systemLine('informational'), systemLine('local_command')])).toEqual([]);
  });
});

describe('state that is written again and again', () => {
  const state = [
    '{"type":"permission-mode","permissionMode":"plan","sessionId":"s"}',
    '{"type":"ai-title","aiTitle":"Reads lines"}',
    '{"type":"custom-title","customTitle":"Reader"}',
    '{"type":"cost-state","totalCostUSD":0.5,"totalLinesAdded":3,"totalLinesRemoved":1}',
    '{"type":"pr-link","prNumber":42,"prUrl":"https://github.com/acme/widgets/pull/42","prRepository":"acme/widgets"}',
  ];
  const facts = [
    { type: 'PermissionModeChanged', mode: 'plan' },
    { type: 'TitleGiven', title: 'Reads lines', by: 'model' },
    { type: 'TitleGiven', title: 'Reader', by: 'person' },
    { type: 'CostReported', costUsd: 0.5, linesAdded: 3, linesRemoved: 1 },
    {
      type: 'PullRequestLinked',
      url: 'https://github.com/acme/widgets/pull/42',
      number: 42,
      repository: 'acme/widgets',
    },
  ];

  it('is told once, and again when it changed', () => {
    const mode = '{"type":"permission-mode","permissionMode":"default"}';
    expect(told([promptLine(), ...state, ...state, mode]).slice(1)).toEqual([
      ...facts,
      { type: 'PermissionModeChanged', mode: 'default' },
    ]);
  });

  it('before the first timestamp is told with the first entry that has one', () => {
    const events = read([...state, promptLine()]).filter(({ type }) => type !== 'SessionLocated');
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(events.map(() => T));
    expect(events.map(({ type, data }) => ({ type, ...data })).slice(0, -1)).toEqual(facts);
  });

  it('is told by each parser that goes on from the same state', () => {
    const first = parserOf();
    first.line(state[0] ?? '', 0, OBSERVED);
    const saved = first.state();
    const before = JSON.stringify(saved);
    const streams = ['a', 'b'].map((stream) => parserOf({ state: saved, stream }).line(promptLine(), 100, OBSERVED));
    expect(JSON.stringify(saved)).toBe(before);
    expect(streams.map(({ events }) => new Set(events.map(({ stream }) => stream)))).toEqual([
      new Set(['a']),
      new Set(['b']),
    ]);
  });

  it('does not believe a clock that is far ahead', () => {
    const ahead = promptLine('a', { timestamp: '2199-01-01T00:00:00.000Z' });
    expect(read([ahead]).map(({ occurredAt }) => occurredAt)).toEqual([OBSERVED, OBSERVED]);
  });

  it('takes the latest time of the file', () => {
    const events = read([promptLine('a', {}, T + 5_000), promptLine('b', {}, T), ...state]);
    expect(events.at(-1)?.occurredAt).toBe(T + 5_000);
  });
});

describe('the place', () => {
  it('is told at first and when it changed', () => {
    const located = (lines: string[]) => read(lines).filter(({ type }) => type === 'SessionLocated');
    const there = promptLine('b', { cwd: '/home/dev/gadgets' });
    const events = located([promptLine(), assistantLine(text('a')), there, promptLine('c', { gitBranch: 'HEAD' })]);
    expect(events.map(({ data }) => data)).toMatchObject([
      { cwd: '/home/dev/widgets', repo: 'acme/widgets', branch: 'main', owner: 'Dev', clientVersion: '2.1.330' },
      { cwd: '/home/dev/gadgets', branch: 'main' },
      { cwd: '/home/dev/widgets', branch: 'trunk' },
    ]);
  });
});

describe('a subagent', () => {
  it('marks all that it does, and its prompts are not a person’s', () => {
    const lines = [promptLine('Look', { isSidechain: true }), assistantLine(text('a')), systemLine('turn_duration')];
    const events = read(lines, { agentId: 'agent-7' });
    expect(events.map(({ type }) => type)).toEqual(['PromptSubmitted', 'AssistantReplied', 'TokensUsed', 'TurnEnded']);
    expect(new Set(events.map(({ agentId }) => agentId))).toEqual(new Set(['agent-7']));
    expect(events[0]?.data).toMatchObject({ by: 'client' });
  });

  it('is known in its parent’s file too', () => {
    expect(read([promptLine('Look', { isSidechain: true, agentId: 'a1' })])).toMatchObject([
      { type: 'PromptSubmitted', agentId: 'a1', data: { by: 'client' } },
    ]);
  });
});

describe('any line', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        type: fc.constantFrom(
          'user',
          'assistant',
          'system',
          'cost-state',
          'pr-link',
          'ai-title',
          'permission-mode',
          'attachment',
          'queue-operation',
          'relocated',
          'worktree-state',
          'continued-in',
          'x',
          7,
        ),
        subtype: fc.constantFrom('turn_duration', 'stop_hook_summary', 'api_error', 'compact_boundary', null),
        message: fc.oneof(
          fc.jsonValue(),
          fc.record({
            id: fc.jsonValue(),
            model: fc.jsonValue(),
            stop_reason: fc.jsonValue(),
            usage: fc.oneof(fc.jsonValue(), fc.record({ input_tokens: fc.jsonValue(), output_tokens: fc.double() })),
            content: fc.oneof(
              fc.jsonValue(),
              fc.array(
                fc.record(
                  {
                    type: fc.constantFrom('text', 'tool_use', 'tool_result', 'thinking', 'image', 3),
                    text: fc.jsonValue(),
                    id: fc.jsonValue(),
                    name: fc.oneof(fc.jsonValue(), fc.constantFrom('TodoWrite', 'TaskCreate')),
                    input: fc.oneof(
                      fc.jsonValue(),
                      fc.record({ todos: fc.array(fc.record({ content: fc.string(), id: fc.jsonValue() })) }),
                    ),
                    tool_use_id: fc.jsonValue(),
                  },
                  { requiredKeys: [] },
                ),
              ),
            ),
          }),
        ),
        timestamp: fc.oneof(fc.jsonValue(), fc.constant('2026-01-05T09:00:00Z'), fc.constant('1960-01-01T00:00:00Z')),
        cwd: fc.jsonValue(),
        gitBranch: fc.jsonValue(),
        isSidechain: fc.jsonValue(),
        isApiErrorMessage: fc.boolean(),
        apiErrorStatus: fc.jsonValue(),
        toolUseResult: fc.oneof(
          fc.jsonValue(),
          fc.record({
            agentId: fc.string(),
            taskId: fc.string(),
            status: fc.constantFrom('async_launched', 'completed'),
          }),
        ),
        toolDenialKind: fc.jsonValue(),
        error: fc.oneof(fc.jsonValue(), fc.record({ status: fc.jsonValue() })),
        retryInMs: fc.double(),
        retryAttempt: fc.jsonValue(),
        compactMetadata: fc.oneof(fc.jsonValue(), fc.record({ trigger: fc.jsonValue(), preTokens: fc.double() })),
        operation: fc.constantFrom('enqueue', 'dequeue'),
        content: fc.string().map((text) => `<task-notification><task-id>${text}</task-id><status>failed</status>`),
        attachment: fc.record({
          type: fc.constantFrom('queued_command', 'task_reminder', 'x'),
          prompt: fc.jsonValue(),
          content: fc.array(fc.record({ id: fc.jsonValue(), content: fc.string(), status: fc.jsonValue() })),
        }),
        relocatedCwd: fc.jsonValue(),
        worktreeSession: fc.oneof(
          fc.jsonValue(),
          fc.record({ worktreePath: fc.string(), worktreeBranch: fc.jsonValue() }),
        ),
        continuedInSessionId: fc.oneof(fc.jsonValue(), fc.string()),
        requestSessionId: fc.oneof(fc.jsonValue(), fc.string()),
        promptId: fc.jsonValue(),
        sessionId: fc.constantFrom('session-1', 'session-2'),
        durationMs: fc.double(),
        totalCostUSD: fc.double(),
        prUrl: fc.webUrl(),
        prNumber: fc.double(),
        permissionMode: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    ),
  );

  it('of JSON makes events of the contract or none', () => {
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 5 }), (entries) => {
        const events = read(entries.map((entry) => JSON.stringify(entry)));
        for (const event of events) sessionEventSchema.parse(event);
        const positions = events.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('of bytes does no harm', () => {
    const parser = parserOf();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parser.line(Buffer.from(bytes), 0, OBSERVED);
      }),
    );
  });

  it('that cannot be read says why, and the next one is read', () => {
    const parser = parserOf();
    expect(parser.line('{"type":"us', 0, OBSERVED).problem).toMatch(/not JSON/);
    expect(parser.line('17', 20, OBSERVED).problem).toMatch(/not an object/);
    expect(parser.line('{}', 30, OBSERVED).problem).toMatch(/without a type/);
    expect(parser.line('', 40, OBSERVED)).toEqual({ events: [] });
    expect(parser.line('{"type":"brand-new"}', 50, OBSERVED)).toEqual({ events: [], unknownType: 'brand-new' });
    expect(parser.line(attachmentLine(10), 80, OBSERVED)).toEqual({ events: [] });
    expect(parser.line(promptLine(), 500, OBSERVED).events).toHaveLength(2);
  });

  it('that is not UTF-8 keeps what is', () => {
    const line = Buffer.concat([
      Buffer.from(promptLine('be')).subarray(0, -1),
      Buffer.from(',"x":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}'),
    ]);
    expect(told([line])).toMatchObject([{ text: 'be' }]);
  });
});

describe('positions', () => {
  it('rise along the file and stay within their line', () => {
    const lines = [promptLine(), assistantLine(text('a')), toolResultLine('toolu_1'), systemLine('turn_duration')];
    const positions = read(lines).map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(new Set(positions).size).toBe(positions.length);
    expect(positions.at(-1)).toBeLessThan(lines.join('\n').length);
  });

  it('are the same when a parser goes on from its saved state', () => {
    const lines = [
      '{"type":"permission-mode","permissionMode":"plan"}',
      promptLine(),
      assistantLine(text('a'), { stop_reason: null }),
      assistantLine(call('Bash', {}), { stop_reason: null }),
      toolResultLine('toolu_1', { toolUseResult: { status: 'async_launched' } }),
      systemLine('stop_hook_summary'),
      '{"type":"permission-mode","permissionMode":"plan"}',
    ];
    const whole = read(lines);
    for (let cut = 1; cut < lines.length; cut++) {
      const first = parserOf();
      const events: SessionEvent[] = [];
      let position = 0;
      let parser = first;
      for (const [index, line] of lines.entries()) {
        if (index === cut) parser = parserOf({ state: JSON.parse(JSON.stringify(first.state())) });
        events.push(...parser.line(line, position, OBSERVED).events);
        position += Buffer.byteLength(line) + 1;
      }
      expect(events).toEqual(whole);
    }
  });
});
