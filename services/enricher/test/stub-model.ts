import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const block = z.object({
  type: z.literal('text'),
  text: z.string(),
  cache_control: z.object({ type: z.string() }).optional(),
});
const requestSchema = z.object({
  model: z.string(),
  max_tokens: z.number(),
  system: z.array(block),
  messages: z.array(z.object({ role: z.literal('user'), content: z.array(block) })).length(1),
  output_config: z.object({ format: z.object({ type: z.literal('json_schema'), schema: z.unknown() }) }),
});
export type Asked = z.infer<typeof requestSchema> & { key: string | undefined; text: string };

/** How the stub answers a request: with words of a model, or with anything else. */
export type Behaviour = (asked: Asked, reply: StubReply) => void;
interface StubReply {
  say(text: string, stopReason: string): void;
  send(status: number, body: unknown, headers?: Record<string, string>): void;
}

export interface StubModel {
  url: string;
  asked: Asked[];
  /** How requests are answered, the next ones each by one, and all others by the last. */
  script(...behaviours: Behaviour[]): void;
  /** Tokens that it counted. */
  readonly tokens: { input: number; cacheRead: number; cacheWrite: number; output: number };
  stop(): void;
}

const CHARS_PER_TOKEN = 3;
/** A shorter beginning is not kept. */
const CACHED_TOKENS = 1024;
const CACHE_MS = 5 * 60_000;
const tokensOf = (text: string): number => Math.ceil(text.length / CHARS_PER_TOKEN);

const read = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};

/** A server that speaks as much of the Messages API as a summary needs, on this machine; gone with the end of the test. */
export const startStubModel = async (now: () => number = Date.now): Promise<StubModel> => {
  const model = await openStubModel(now);
  onTestFinished(model.stop);
  return model;
};

/** The same for what several tests use: whoever opens it stops it. */
export const openStubModel = async (now: () => number = Date.now): Promise<StubModel> => {
  const asked: Asked[] = [];
  const cache = new Map<string, number>();
  const tokens = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };
  let behaviours: Behaviour[] = [says()];

  /** What the API bills: what it keeps of the beginnings that are marked, and reads of them again. */
  const bill = (blocks: readonly z.infer<typeof block>[]) => {
    const total = tokensOf(blocks.map(({ text }) => text).join(''));
    const marked = blocks.flatMap(({ cache_control }, index) =>
      cache_control
        ? [
            blocks
              .slice(0, index + 1)
              .map(({ text }) => text)
              .join(''),
          ]
        : [],
    );
    const kept = marked.filter((text) => tokensOf(text) >= CACHED_TOKENS);
    const known = kept.findLast((text) => (cache.get(text) ?? 0) > now() - CACHE_MS) ?? '';
    for (const text of kept) cache.set(text, now());
    const cacheRead = known === '' ? 0 : tokensOf(known);
    const cacheWrite = Math.max(0, tokensOf(kept.at(-1) ?? '') - cacheRead);
    return { cacheRead, cacheWrite, input: total - cacheRead - cacheWrite };
  };
  const server = createServer(async (request, response) => {
    const parsed = requestSchema.parse(JSON.parse(await read(request)));
    const blocks = [...parsed.system, ...(parsed.messages[0]?.content ?? [])];
    const text = blocks.map((each) => each.text).join('\n');
    const key = request.headers['x-api-key'];
    const taken: Asked = { ...parsed, key: typeof key === 'string' ? key : undefined, text };
    asked.push(taken);
    const billed = bill(blocks);
    const send: StubReply['send'] = (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    const say: StubReply['say'] = (words, stop_reason) => {
      const output = tokensOf(words);
      for (const kind of ['input', 'cacheRead', 'cacheWrite'] as const) tokens[kind] += billed[kind];
      tokens.output += output;
      const usage = {
        input_tokens: billed.input,
        output_tokens: output,
        cache_read_input_tokens: billed.cacheRead,
        cache_creation_input_tokens: billed.cacheWrite,
      };
      const content = [{ type: 'text', text: words }];
      send(200, { id: 'msg_1', type: 'message', role: 'assistant', model: 'stub', content, stop_reason, usage });
    };
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
    behaviour?.(taken, { say, send });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    script: (...next) => {
      behaviours = next;
    },
    tokens,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** An answer in any words. */
export const text =
  (words: string | ((asked: Asked) => string), stopReason = 'end_turn'): Behaviour =>
  (asked, { say }) =>
    say(typeof words === 'string' ? words : words(asked), stopReason);

/** A good answer. */
export const says = (goal = 'Fix the reader', doing = 'Reads the tail.', needed: string | null = null): Behaviour =>
  text(JSON.stringify({ goal, doing, needed }));

/** An error as the API tells it. */
export const fails =
  (status: number, type: string, headers: Record<string, string> = {}): Behaviour =>
  (_asked, { send }) =>
    send(status, { type: 'error', error: { type, message: `stub: ${type}` } }, headers);

/** Nothing comes, ever. */
export const hangs: Behaviour = () => undefined;
