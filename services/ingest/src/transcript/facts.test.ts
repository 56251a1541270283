import type { SessionEvent } from '@crewboard/contract';
import { describe, expect, it } from 'vitest';
import { assistantLine, promptLine, systemLine, T, toolResultLine } from '../../test/entries.ts';
import { createTranscriptParser, type ParserState, parserStateSchema, type TranscriptParserOptions } from './parse.ts';

const OBSERVED = T + 60_000;

const parserOf = (options: Partial<TranscriptParserOptions> = {}) =>
  createTranscriptParser({
    sessionId: 'session-1',
    machine: 'devbox',
    owner: null,
    stream: 'a',
    locate: (cwd) => ({ repo: cwd.split('/').at(-1) ?? '', remote: null, branch: null, worktree: null }),
    ...options,
  });

const read = (lines: readonly string[], options: Partial<TranscriptParserOptions> = {}): SessionEvent[] => {
  const parser = parserOf(options);
  let position = 0;
  return lines.flatMap((line) => {
    const { events, problem, unknownType } = parser.line(line, position, OBSERVED);
    expect({ problem, unknownType }).toEqual({});
    position += Buffer.byteLength(line) + 1;
    return events;
  });
};

const told = (lines: readonly string[], options: Partial<TranscriptParserOptions> = {}) =>
  read(lines, options)
    .filter(({ type }) => type !== 'SessionLocated')
    .map(({ type, data }) => ({ type, ...data }));

const NOTIFICATION =
  '<task-notification>\n<task-id>a8b7fcc34d222c0cd</task-id>\n<tool-use-id>toolu_55</tool-use-id>\n<output-file>/tmp/x.output</output-file>\n<status>completed</status>\n<summary>Agent "Find files" finished</summary>\n<result>…</result>\n</task-notification>';
const FORK_SOURCE =
  '<task-notification>\n<fork-source>\nThis session began as a fork\n</fork-source>\n</task-notification>';
const back = { type: 'BackgroundTaskEnded', taskId: 'a8b7fcc34d222c0cd', outcome: 'done' };

const attachment = (fields: object): string =>
  JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    attachment: fields,
    type: 'attachment',
    uuid: 'u',
    timestamp: new Date(T).toISOString(),
    cwd: '/home/dev/widgets',
  });

describe('a task in the background', () => {
  it('tells its end beside the turn that starts on it', () => {
    const fields = { origin: { kind: 'task-notification' }, promptSource: 'system', promptId: 'p1' };
    const prompt = { type: 'PromptSubmitted', text: 'Agent "Find files" finished', by: 'client', promptId: 'p1' };
    expect(told([promptLine(NOTIFICATION, fields)])).toEqual([back, prompt]);
  });

  it.each([
    ['completed', 'done'],
    ['failed', 'failed'],
    ['killed', 'stopped'],
    ['stopped', 'stopped'],
  ])('that is %s has %s', (status, outcome) => {
    const [ended] = told([promptLine(NOTIFICATION.replace('completed', status))]);
    expect(ended).toMatchObject({ type: 'BackgroundTaskEnded', outcome });
  });

  it('that merely has news goes on', () => {
    const news = NOTIFICATION.replace(/<status>.*<\/status>\n/, '');
    expect(told([promptLine(news)]).map(({ type }) => type)).toEqual(['PromptSubmitted']);
    expect(told([promptLine(NOTIFICATION.replace('completed', 'running'))]).map(({ type }) => type)).toEqual([
      'PromptSubmitted',
    ]);
  });

  it('tells its end from the queue, where prompts tell nothing', () => {
    const queued = (operation: string, content?: string) =>
      JSON.stringify({
        type: 'queue-operation',
        operation,
        timestamp: new Date(T).toISOString(),
        sessionId: 's',
        content,
      });
    expect(told([queued('enqueue', NOTIFICATION), queued('dequeue'), queued('enqueue', 'and then?')])).toEqual([back]);
    expect(told([queued('enqueue', FORK_SOURCE), promptLine(FORK_SOURCE)])).toEqual([]);
  });

  it('tells its end in the midst of a turn, and no turn starts on it', () => {
    const queued = { type: 'queued_command', prompt: NOTIFICATION, commandMode: 'task-notification' };
    expect(told([attachment({ ...queued, origin: { kind: 'task-notification' } })])).toEqual([back]);
  });

  it('that came back is not counted among those that run', () => {
    const launched = toolResultLine('toolu_55', { toolUseResult: { status: 'async_launched', agentId: 'a1' } });
    const ends = told([
      launched,
      attachment({ type: 'queued_command', prompt: NOTIFICATION }),
      systemLine('stop_hook_summary'),
    ]);
    expect(ends.at(-1)).toMatchObject({ type: 'TurnEnded', backgroundAgents: 0 });
    expect(ends[0]).toMatchObject({ type: 'ToolFinished', background: 'agent', taskId: 'a1' });
  });
});

describe('a prompt that was typed in the midst of a turn', () => {
  const queued = (fields: object) => told([attachment({ type: 'queued_command', prompt: 'and then?', ...fields })]);

  it('is a person’s', () => {
    const prompt = { type: 'PromptSubmitted', text: 'and then?', by: 'human' };
    expect(queued({ commandMode: 'prompt', origin: { kind: 'human' } })).toEqual([prompt]);
    expect(queued({ prompt: [{ type: 'text', text: 'and then?' }] })).toEqual([prompt]);
  });

  it.each([
    ['of the client', { isMeta: true }],
    ['of another session', { origin: { kind: 'peer' } }],
    ['that a compaction carried over', { carriedByCompaction: true, origin: { kind: 'human' } }],
    ['that was passed on', { forwardedIntent: { source: 'owner' }, origin: { kind: 'human' } }],
  ])('is none where it is one %s', (_name, fields) => {
    expect(queued(fields)).toEqual([]);
  });
});

describe('requests', () => {
  it('that are tried again say when, and how often', () => {
    const retry = { error: { status: 529, headers: {} }, retryInMs: 2_000, retryAttempt: 3, maxRetries: 10 };
    const retried = { type: 'RequestRetried', attempt: 3, of: 10, httpStatus: 529, retryAt: T + 2_000 };
    expect(told([systemLine('api_error', retry)])).toEqual([retried]);
    expect(told([systemLine('api_error')])).toEqual([
      { type: 'RequestRetried', attempt: 0, of: null, httpStatus: null, retryAt: T },
    ]);
  });

  it('that failed name the kind of failure', () => {
    const failed = (fields: object) =>
      told([
        assistantLine(
          { type: 'text', text: 'API Error' },
          { model: '<synthetic>' },
          { isApiErrorMessage: true, ...fields },
        ),
      ])[0];
    expect(failed({ error: 'server_error', apiErrorType: 'overloaded_error', apiErrorStatus: 529 })).toEqual({
      type: 'TurnFailed',
      reason: 'API Error',
      httpStatus: 529,
      error: 'server_error',
    });
    expect(failed({ apiErrorType: 'overloaded_error' })).toMatchObject({ error: 'overloaded_error' });
    expect(failed({})).toEqual({ type: 'TurnFailed', reason: 'API Error', httpStatus: null });
  });

  it('say what is kept for an hour', () => {
    const usage = {
      output_tokens: 1,
      cache_creation_input_tokens: 9,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 7 },
    };
    const tokens = told([assistantLine({ type: 'text', text: 'a' }, { usage })]).at(-1);
    expect(tokens).toMatchObject({ type: 'TokensUsed', cacheWrite: 9, cacheWrite1h: 7 });
  });
});

describe('a compaction', () => {
  it('tells what it made of the conversation; what it leaves is no prompt', () => {
    const compactMetadata = { trigger: 'manual', preTokens: 6561, postTokens: 2819, durationMs: 403 };
    const lines = [
      systemLine('compact_boundary', { compactMetadata }),
      promptLine('This session is being continued from a previous conversation that ran out of context.', {
        isCompactSummary: true,
        isVisibleInTranscriptOnly: true,
        promptSource: undefined,
      }),
      promptLine('<local-command-caveat>The command below was run directly</local-command-caveat>', { isMeta: true }),
      promptLine('<command-name>/compact</command-name>\n<command-message>compact</command-message>'),
      promptLine('<local-command-stdout>\u001b[2mCompacted\u001b[22m</local-command-stdout>', {
        repeatsCompactSummary: true,
      }),
    ];
    expect(told(lines)).toEqual([
      { type: 'CompactionFinished', trigger: 'manual', tokensBefore: 6561, tokensAfter: 2819 },
    ]);
  });
});

describe('the task list', () => {
  const call = (name: string, input: object, id = 'toolu_1') =>
    assistantLine({ type: 'tool_use', id, name, input }, { id: `msg_${id}` });
  const lists = (lines: readonly string[], options = {}) =>
    told(lines, options).flatMap((event) => ('tasks' in event ? [event.tasks] : []));
  const created = (id: string, toolUseId: string) =>
    toolResultLine(toolUseId, { toolUseResult: { task: { id, subject: 'x' } } });

  it('is what was written last, once it was written', () => {
    const todos = [
      { content: 'Write parser', status: 'in_progress', activeForm: 'Writing parser' },
      { content: 'Test parser', status: 'pending', activeForm: 'Testing parser' },
    ];
    expect(lists([call('TodoWrite', { todos })])).toEqual([]);
    expect(lists([call('TodoWrite', { todos }), toolResultLine('toolu_1')])).toEqual([
      [
        { id: '1', subject: 'Write parser', status: 'in_progress' },
        { id: '2', subject: 'Test parser', status: 'pending' },
      ],
    ]);
  });

  it('is made and changed task by task', () => {
    const lines = [
      call('TaskCreate', { subject: 'Write parser', description: '…' }, 'c1'),
      call('TaskCreate', { subject: 'Test parser' }, 'c2'),
      created('1', 'c1'),
      created('2', 'c2'),
      call('TaskUpdate', { taskId: '1', status: 'in_progress' }, 'u1'),
      toolResultLine('u1', { toolUseResult: { success: true, taskId: '1', updatedFields: ['status'] } }),
      call('TaskUpdate', { taskId: '2', status: 'deleted' }, 'u2'),
      toolResultLine('u2', { toolUseResult: { success: true, taskId: '2', updatedFields: ['deleted'] } }),
    ];
    expect(lists(lines)).toHaveLength(4);
    expect(lists(lines).at(-1)).toEqual([{ id: '1', subject: 'Write parser', status: 'in_progress' }]);
    // The same when the parser goes on from what it saved.
    for (let cut = 1; cut < lines.length; cut++) {
      const first = parserOf();
      for (const line of lines.slice(0, cut)) first.line(line, 0, OBSERVED);
      const state = parserStateSchema.parse(JSON.parse(JSON.stringify(first.state())));
      expect(lists(lines.slice(cut), { state }).at(-1)).toEqual(lists(lines).at(-1));
    }
  });

  it('does not change by a call that failed', () => {
    const error = '<tool_use_error>Error: No such tool available: TaskCreate.</tool_use_error>';
    const lines = [
      call('TaskCreate', { subject: 'Write parser' }, 'c1'),
      toolResultLine('c1', { toolUseResult: 'Error: No such tool available' }, { is_error: true, content: error }),
      call('TaskUpdate', { taskId: '1', status: 'completed' }, 'u1'),
      toolResultLine('u1', {
        toolUseResult: { success: false, taskId: '1', updatedFields: [], error: 'Task not found' },
      }),
    ];
    expect(lists(lines)).toEqual([]);
  });

  it('is taken from what the client reminds of, where its beginning was not told', () => {
    const content = [{ id: '7', subject: 'Write parser', status: 'completed', blockedBy: [] }];
    const reminder = attachment({ type: 'task_reminder', content, itemCount: 1 });
    const tasks = [{ id: '7', subject: 'Write parser', status: 'completed' }];
    expect(lists([reminder, reminder, attachment({ type: 'task_reminder', content: [], itemCount: 0 })])).toEqual([
      tasks,
    ]);
  });

  it('is not that of a subagent', () => {
    const lines = [call('TodoWrite', { todos: [{ content: 'a', status: 'pending' }] }), toolResultLine('toolu_1')];
    expect(lists(lines, { agentId: 'a1' })).toEqual([]);
  });
});

describe('the name of an agent', () => {
  const titles = (lines: readonly string[]) =>
    told(lines).flatMap((event) => ('title' in event ? [[event.title, event.by]] : []));

  it('is a person’s title, but where the client took its own', () => {
    const model = '{"type":"ai-title","aiTitle":"Reads lines"}';
    const same = '{"type":"agent-name","agentName":"Reads lines"}';
    const other = '{"type":"agent-name","agentName":"reader"}';
    expect(titles([model, same, promptLine(), model, same])).toEqual([['Reads lines', 'model']]);
    expect(titles([promptLine(), model, other])).toEqual([
      ['Reads lines', 'model'],
      ['reader', 'person'],
    ]);
  });
});

describe('the place', () => {
  const cwds = (lines: readonly string[]) =>
    read(lines).flatMap((event) => (event.type === 'SessionLocated' ? [[event.data.cwd, event.data.branch]] : []));

  it('is where the client says that the session moved to, each time once', () => {
    const relocated = '{"type":"relocated","relocatedCwd":"/home/dev/gadgets"}';
    const worktree =
      '{"type":"worktree-state","worktreeSession":{"originalCwd":"/home/dev/widgets","worktreePath":"/home/dev/wt/109","worktreeBranch":"worktree-109"}}';
    const none = '{"type":"worktree-state","worktreeSession":null}';
    expect(cwds([promptLine(), relocated, relocated, worktree, promptLine('b'), relocated, worktree, none])).toEqual([
      ['/home/dev/widgets', 'main'],
      ['/home/dev/gadgets', null],
      ['/home/dev/wt/109', 'worktree-109'],
      ['/home/dev/widgets', 'main'],
    ]);
  });
});

describe('a hand-over to the background', () => {
  it('is told once, of both sessions', () => {
    const line = JSON.stringify({
      type: 'continued-in',
      sessionId: 'session-1',
      continuedInSessionId: 'session-2',
      timestamp: new Date(T + 5).toISOString(),
    });
    const events = read([promptLine('Fix it'), line, line]).slice(2);
    expect(events).toMatchObject([
      {
        type: 'SessionLeft',
        sessionId: 'session-1',
        occurredAt: T + 5,
        data: { pid: null, nextSessionId: 'session-2' },
      },
      {
        type: 'SessionContinued',
        sessionId: 'session-2',
        data: { fromSessionId: 'session-1', how: 'background', goal: 'Fix it' },
      },
    ]);
  });
});

describe('the end of a call that waited for its subagent', () => {
  it('is the subagent’s', () => {
    const answer = { status: 'completed', agentId: 'a1', content: [] };
    expect(read([toolResultLine('toolu_1', { toolUseResult: answer })]).slice(1)).toMatchObject([
      { type: 'ToolFinished', data: { outcome: 'done' } },
      { type: 'SubagentStopped', agentId: 'a1', data: { outcome: 'done' } },
    ]);
    const failed = toolResultLine('toolu_1', { toolUseResult: answer }, { is_error: true });
    expect(read([failed]).at(-1)).toMatchObject({ type: 'SubagentStopped', data: { outcome: 'failed' } });
  });
});

describe('a state that an older agent saved', () => {
  it('goes on', () => {
    const saved: Partial<ParserState> = parserOf().state();
    delete saved.lineage;
    delete saved.goal;
    delete saved.tasks;
    delete saved.subagent;
    const state = parserStateSchema.parse(JSON.parse(JSON.stringify(saved)));
    expect(state).toMatchObject({ lineage: { kind: 'own' }, goal: null });
    expect(told([promptLine('Fix it')], { state })).toMatchObject([{ type: 'PromptSubmitted' }]);
  });
});
