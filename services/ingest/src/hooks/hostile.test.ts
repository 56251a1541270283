import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sessionEventSchema } from '@crewboard/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHookParser, POSITIONS } from './parse.ts';
import { HOOK_EVENTS } from './settings.ts';

const createParser = () =>
  createHookParser({
    machine: 'devbox',
    owner: null,
    stream: 'hooks',
    locate: (cwd) => ({ repo: cwd.slice(0, 20), remote: null, branch: null, worktree: null }),
  });

/** Whatever it is, it brings no more than valid events at its own positions. */
const swallow = (parser: ReturnType<typeof createParser>, raw: string | Buffer) => {
  const parsed = parser.payload(raw, 1600, 1_000);
  for (const event of parsed.events) {
    sessionEventSchema.parse(event);
    expect(event.position).toBeGreaterThanOrEqual(1600);
    expect(event.position).toBeLessThan(1600 + POSITIONS);
  }
  return parsed;
};

const KEYS = [
  'cwd',
  'permission_mode',
  'prompt_id',
  'prompt',
  'source',
  'model',
  'reason',
  'message',
  'notification_type',
  'tool_name',
  'tool_input',
  'tool_use_id',
  'tool_response',
  'is_interrupt',
  'agent_id',
  'agent_type',
  'background_tasks',
  'error',
  'last_assistant_message',
  'trigger',
  'mcp_server_name',
  'action',
];
const NAMES = [...HOOK_EVENTS.map(({ name }) => name), 'PostToolBatch', '__proto__', 'New'];

const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000);
const withInput = (input: string) =>
  `{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"X","tool_use_id":"toolu_1","tool_input":${input}}`;

describe('hostile payloads', () => {
  it('of any shape tell valid events or a reason', () => {
    const value = fc.oneof(
      { weight: 4, arbitrary: fc.string({ maxLength: 700 }) },
      fc.anything({ maxDepth: 3, withNullPrototype: false }),
      fc.constantFrom(
        'Agent',
        'ExitPlanMode',
        'AskUserQuestion',
        true,
        [],
        {},
        [null],
        '\ud800',
        '<task-notification>',
      ),
    );
    const payload = fc.tuple(fc.constantFrom(...NAMES), fc.dictionary(fc.constantFrom(...KEYS), value));
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), (payloads) => {
        const parser = createParser();
        for (const [name, fields] of payloads)
          swallow(parser, JSON.stringify({ session_id: 's', hook_event_name: name, ...fields }, noBigInt));
      }),
      { numRuns: 300 },
    );
  });

  it('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void swallow(createParser(), Buffer.from(bytes))),
    );
    fc.assert(fc.property(fc.json(), (text) => void swallow(createParser(), text)));
  });

  it('without a session or a name are no payloads', () => {
    for (const fields of [
      {},
      { session_id: 's' },
      { hook_event_name: 'Stop' },
      { session_id: '', hook_event_name: 'Stop' },
      { session_id: 7, hook_event_name: 'Stop' },
      { session_id: 'x'.repeat(201), hook_event_name: 'Stop' },
      { session_id: 's', hook_event_name: ['Stop'] },
    ])
      expect(swallow(createParser(), JSON.stringify(fields))).toMatchObject({
        events: [],
        problem: expect.any(String),
      });
  });

  it('nested beyond what can be written are told without their input', () => {
    for (const input of [deep('[', ']'), deep('{"a":', '').replace(/$/, `1${'}'.repeat(20_000)}`)])
      expect(swallow(createParser(), withInput(input)).events).toMatchObject([
        { type: 'ToolRequested', data: { toolUseId: 'toolu_1' } },
      ]);
    const asked = withInput(deep('[', ']')).replace('PreToolUse', 'PermissionRequest');
    const parser = createParser();
    swallow(parser, withInput(deep('[', ']')));
    expect(swallow(parser, asked).events).toMatchObject([{ data: { toolUseId: null } }]);
  });

  it('of great length are read fast', () => {
    const reminders = '<system-reminder></system-reminder>'.repeat(28_000);
    for (const prompt of [
      reminders,
      ' '.repeat(1_000_000),
      '<'.repeat(1_000_000),
      '<task-notification>'.repeat(50_000),
    ]) {
      const raw = JSON.stringify({ session_id: 's', hook_event_name: 'UserPromptSubmit', prompt });
      const startedAt = performance.now();
      swallow(createParser(), raw);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
  });

  it('that were cut are worth their event, session and tool', () => {
    const parser = createParser();
    const long = { session_id: 's', hook_event_name: 'PermissionRequest', tool_name: 'Write' };
    const input = { file_path: 'a.txt', content: 'x'.repeat(2_000_000) };
    expect(swallow(parser, JSON.stringify({ ...long, tool_input: input })).events).toMatchObject([
      { type: 'PermissionRequested', data: { tool: 'Write', input: 'a.txt', toolUseId: null } },
    ]);
    const call = { ...long, hook_event_name: 'PreToolUse', tool_input: input, tool_use_id: 'toolu_1' };
    expect(swallow(parser, JSON.stringify(call)).events).toMatchObject([{ type: 'AssistantThought' }]);
  });

  it('that were cut in a tool’s output end the call with that input, where it is the only one', () => {
    const parser = createParser();
    const call = {
      session_id: 's',
      hook_event_name: 'PreToolUse',
      tool_name: 'Read',
      tool_input: { file_path: 'a.png' },
    };
    const result = {
      ...call,
      hook_event_name: 'PostToolUse',
      tool_response: 'x'.repeat(2_000_000),
      tool_use_id: 'late',
    };
    swallow(parser, JSON.stringify({ ...call, tool_use_id: 'toolu_1' }));
    swallow(parser, JSON.stringify({ ...call, tool_input: { file_path: 'b.png' }, tool_use_id: 'toolu_2' }));
    const raw = JSON.stringify(result);
    expect(swallow(parser, raw).events).toMatchObject([{ type: 'ToolFinished', data: { toolUseId: 'toolu_1' } }]);
    expect(swallow(parser, raw).events).toMatchObject([{ type: 'AssistantThought' }]);
  });
});

describe('the payloads of the captures', () => {
  const captures = resolve(import.meta.dirname, '../../../../test/captures');
  const hooksOf = (name: string): unknown[] =>
    readFileSync(join(captures, name, 'timeline.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"hook"'))
      .flatMap((line) => {
        const entry: { source?: string; payload?: unknown } = JSON.parse(line);
        return entry.source === 'hook' ? [entry.payload] : [];
      });

  it('are all understood, whole and cut anywhere', () => {
    const payloads = readdirSync(captures, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => hooksOf(name));
    expect(payloads.length).toBeGreaterThan(50);
    const parser = createParser();
    for (const payload of payloads) {
      const raw = JSON.stringify(payload);
      const parsed = swallow(parser, raw);
      expect(parsed).not.toHaveProperty('problem');
      expect(parsed).not.toHaveProperty('unknownName');
      expect(JSON.stringify(parsed.events)).not.toContain('.jsonl');
      for (let length = 0; length < raw.length; length += 37) swallow(createParser(), raw.slice(0, length));
    }
  });
});

const noBigInt = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
