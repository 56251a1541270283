/** Lines as the client writes them; a test spells out only what it is about. */

let lastId = 0;
const nextId = (): string => `00000000-0000-4000-8000-${String(++lastId).padStart(12, '0')}`;

export const T = Date.parse('2026-01-05T09:00:00.000Z');

const envelope = (at: number) => ({
  uuid: nextId(),
  timestamp: new Date(at).toISOString(),
  userType: 'external',
  entrypoint: 'cli',
  cwd: '/home/dev/widgets',
  sessionId: 'session-1',
  version: '2.1.330',
  gitBranch: 'main',
});

type Fields = Record<string, unknown>;

export const promptLine = (content: unknown = 'Fix the tail reader', fields: Fields = {}, at = T): string =>
  JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    type: 'user',
    message: { role: 'user', content },
    promptSource: 'typed',
    ...envelope(at),
    ...fields,
  });

export const toolResultLine = (toolUseId: string, fields: Fields = {}, result: Fields = {}, at = T): string =>
  JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    type: 'user',
    message: {
      role: 'user',
      content: [{ tool_use_id: toolUseId, type: 'tool_result', content: 'ok', is_error: false, ...result }],
    },
    ...envelope(at),
    ...fields,
  });

export const assistantLine = (block: Fields, message: Fields = {}, fields: Fields = {}, at = T): string =>
  JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [block],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 30, cache_creation_input_tokens: 40 },
      ...message,
    },
    type: 'assistant',
    ...envelope(at),
    ...fields,
  });

export const systemLine = (subtype: string, fields: Fields = {}, at = T): string =>
  JSON.stringify({ parentUuid: null, isSidechain: false, type: 'system', subtype, ...envelope(at), ...fields });

export const attachmentLine = (bytes: number): string =>
  JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    attachment: { type: 'prompt_snapshot', systemPrompt: ['x'.repeat(bytes)] },
    type: 'attachment',
    ...envelope(T),
  });
