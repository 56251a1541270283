import type { Random } from '../../cli/src/demo/random.ts';

/** What the entries of one transcript file have in common. */
export interface Envelope {
  sessionId: string;
  cwd: string;
  branch: string;
  model: string;
  /** Set in a subagent's file. */
  agentId: string | null;
}

/** A transcript line with its line feed. */
export type Line = string;

const VERSION = '2.1.330';
const line = (entry: Record<string, unknown>): Line => `${JSON.stringify(entry)}\n`;

export interface TokenUse {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export interface MessageHead {
  id: string;
  stopReason: 'tool_use' | 'end_turn';
  use: TokenUse;
}

export type Block =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> };

/**
 * Writes the entries of one transcript in the order of fields that client 2.1.330 uses: `type` comes after the message
 * and after the attachment. Each entry that has one names the entry before it as its parent.
 */
export const createEntryWriter = (envelope: Envelope, random: Random) => {
  const { sessionId, cwd, branch, model, agentId } = envelope;
  let parentUuid: string | null = null;
  let promptId = random.uuid();

  const head = () => ({ parentUuid, isSidechain: agentId !== null, ...(agentId !== null && { agentId }) });
  const tail = () => ({ userType: 'external', entrypoint: 'cli', cwd, sessionId, version: VERSION, gitBranch: branch });
  const chained = (atMs: number, before: Record<string, unknown>, after: Record<string, unknown> = {}): Line => {
    const uuid = random.uuid();
    const timestamp = new Date(atMs).toISOString();
    const entry = line({ ...head(), ...before, uuid, timestamp, ...after, session_id: sessionId, ...tail() });
    parentUuid = uuid;
    return entry;
  };

  return {
    prompt: (atMs: number, content: string): Line => {
      promptId = random.uuid();
      return chained(
        atMs,
        { promptId, type: 'user', message: { role: 'user', content } },
        { permissionMode: 'default', origin: { kind: 'human' }, promptSource: 'typed', turnOrigin: 'human' },
      );
    },
    interrupted: (atMs: number): Line =>
      chained(atMs, {
        promptId,
        type: 'user',
        message: { role: 'user', content: [{ type: 'text', text: '[Request interrupted by user]' }] },
      }),
    /** One block of a model's message: the usage is repeated on every block of it, as the client does. */
    assistant: (atMs: number, { id, stopReason, use }: MessageHead, block: Block, index: number): Line => {
      const usage = {
        input_tokens: use.input,
        cache_creation_input_tokens: use.cacheWrite,
        cache_read_input_tokens: use.cacheRead,
        output_tokens: use.output,
        output_tokens_details: { thinking_tokens: 0 },
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
        service_tier: 'standard',
        cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: use.cacheWrite },
        inference_geo: '',
        iterations: [],
        speed: 'standard',
      };
      const message = { id, type: 'message', role: 'assistant', model, content: [block], stop_reason: stopReason };
      return chained(
        atMs,
        {
          message: { ...message, stop_sequence: null, usage, stop_details: null },
          apiBlockIndex: index,
          requestedModel: model,
          promptCacheRequested: '5m',
          type: 'assistant',
        },
        { effort: 'medium', perTurnEffort: 'medium', madeBy: 'model' },
      );
    },
    toolResult: (atMs: number, toolUseId: string, output: string, isError: boolean): Line =>
      chained(
        atMs,
        {
          promptId,
          type: 'user',
          message: {
            role: 'user',
            content: [{ tool_use_id: toolUseId, type: 'tool_result', content: output, is_error: isError }],
          },
        },
        {
          toolUseResult: { stdout: output, stderr: '', interrupted: false, isImage: false, noOutputExpected: false },
          sandboxed: false,
          permissionDecision: { decision: 'accept', source: 'config', reasonType: 'subcommandResults' },
        },
      ),
    turnDuration: (atMs: number, durationMs: number, messageCount: number): Line =>
      chained(atMs, { type: 'system', subtype: 'turn_duration', durationMs, messageCount }, { isMeta: false }),
    attachment: (atMs: number, attachmentType: string, content: string): Line =>
      chained(
        atMs,
        { attachment: { type: attachmentType, content }, type: 'attachment' },
        { rendered: [{ content }], renderedRole: 'system' },
      ),
    apiRequest: (atMs: number): Line =>
      line({
        type: 'api-request',
        sessionId,
        id: random.uuid(),
        timestamp: new Date(atMs).toISOString(),
        version: VERSION,
        querySource: 'repl_main_thread',
        shapeHash: random.hex(64),
        params: { model, max_tokens: 128_000, thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
        keep: 2,
        tail: [random.hex(64), random.hex(64)],
        requestDigest: random.hex(64),
      }),
    apiRequestBlob: (text: string): Line =>
      line({
        type: 'api-request-blob',
        sessionId,
        hash: random.hex(64),
        message: { role: 'user', content: [{ type: 'text', text }] },
      }),
    apiRequestShape: (atMs: number, text: string): Line =>
      line({
        type: 'api-request-shape',
        sessionId,
        shapeHash: random.hex(64),
        timestamp: new Date(atMs).toISOString(),
        version: VERSION,
        shape: { system: [{ type: 'text', text }], tools: [] },
      }),
    aiTitle: (aiTitle: string): Line => line({ type: 'ai-title', aiTitle, sessionId }),
    costState: (totalCostUSD: number, use: TokenUse, linesAdded: number, linesRemoved: number): Line =>
      line({
        type: 'cost-state',
        sessionId,
        totalCostUSD,
        totalAPIDuration: 343,
        totalToolDuration: 218,
        totalLinesAdded: linesAdded,
        totalLinesRemoved: linesRemoved,
        modelUsage: {
          [model]: {
            inputTokens: use.input,
            outputTokens: use.output,
            cacheReadInputTokens: use.cacheRead,
            cacheCreationInputTokens: use.cacheWrite,
            costUSD: totalCostUSD,
          },
        },
        hasUnknownModelCost: false,
      }),
    /** The small entries that the client writes again and again; none has a timestamp of its own. */
    metadata: (lastPrompt: string): Line =>
      [
        { type: 'last-prompt', lastPrompt: lastPrompt.slice(0, 200), leafUuid: parentUuid, sessionId },
        { type: 'mode', mode: 'normal', sessionId },
        { type: 'permission-mode', permissionMode: 'default', sessionId },
        { type: 'atis-latch', atis: '', sessionId },
      ]
        .map(line)
        .join(''),
  };
};

export type EntryWriter = ReturnType<typeof createEntryWriter>;
