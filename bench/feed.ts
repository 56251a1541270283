import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

interface Awaited {
  marker: string;
  resolve(at: number): void;
}

/** One client of the feed that looks for markers in what it is told, without parsing it. */
export interface FeedWatcher {
  /** When a message first held the marker, on the clock of `performance.now()`. Rejects after `withinMs`. */
  seen(marker: string, withinMs: number): Promise<number>;
  /** Calls back with every message until the feed is closed. */
  onMessage(listener: (text: string, at: number) => void): void;
  close(): void;
}

const feedUrl = (url: string): string => `${url.replace('http', 'ws')}/api/feed`;

export const watchFeed = async (url: string): Promise<FeedWatcher> => {
  const socket = new WebSocket(feedUrl(url));
  const awaited = new Set<Awaited>();
  const listeners: ((text: string, at: number) => void)[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('error', reject);
  });
  socket.on('message', (data) => {
    const at = performance.now();
    const text = data.toString();
    for (const entry of awaited) {
      if (!text.includes(entry.marker)) continue;
      awaited.delete(entry);
      entry.resolve(at);
    }
    for (const listener of listeners) listener(text, at);
  });
  return {
    seen: (marker, withinMs) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`“${marker}” was not seen within ${withinMs} ms`)), withinMs);
        awaited.add({
          marker,
          resolve: (at) => {
            clearTimeout(late);
            resolve(at);
          },
        });
      }),
    onMessage: (listener) => listeners.push(listener),
    close: () => socket.terminate(),
  };
};

const sessionSchema = z.object({
  usage: z.object({ tokens: z.record(z.string(), z.object({ output: z.number() })) }),
});
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), sessions: z.array(sessionSchema.extend({ sessionId: z.string() })) }),
  z.object({ kind: z.literal('change'), sessionId: z.string(), session: sessionSchema.nullable() }),
  z.object({ kind: z.literal('reset') }),
]);

/** One client that keeps the output tokens of every session as the board tells them. */
export interface CountWatcher {
  readonly outputTokens: ReadonlyMap<string, number>;
  /** When a message last changed a count, on the clock of `performance.now()`. */
  readonly changedAt: number;
  /** Resolves at the message after which it holds, with its time. Rejects after `withinMs`, saying what was waited for. */
  until(what: string, holds: () => boolean, withinMs: number): Promise<number>;
  close(): void;
}

const RETRY_MS = 5;

/** Joins as soon as the board listens, and follows it. */
export const watchCounts = async (url: string, assertAlive: () => void): Promise<CountWatcher> => {
  const outputTokens = new Map<string, number>();
  let changedAt = performance.now();
  let onChange: () => void = () => undefined;
  const take = (sessionId: string, session: z.infer<typeof sessionSchema> | null): void => {
    if (session === null) outputTokens.delete(sessionId);
    else {
      const output = Object.values(session.usage.tokens).reduce((sum, tokens) => sum + tokens.output, 0);
      if (outputTokens.get(sessionId) === output) return;
      outputTokens.set(sessionId, output);
    }
    changedAt = performance.now();
  };
  const socket = await open(feedUrl(url), assertAlive);
  socket.on('message', (data) => {
    const message = messageSchema.parse(JSON.parse(data.toString()));
    if (message.kind === 'snapshot') for (const session of message.sessions) take(session.sessionId, session);
    else if (message.kind === 'change') take(message.sessionId, message.session);
    onChange();
  });
  return {
    outputTokens,
    get changedAt() {
      return changedAt;
    },
    until: (what, holds, withinMs) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${what}: not within ${withinMs} ms`)), withinMs);
        onChange = () => {
          if (!holds()) return;
          clearTimeout(late);
          onChange = () => undefined;
          resolve(performance.now());
        };
        onChange();
      }),
    close: () => socket.terminate(),
  };
};

const open = async (url: string, assertAlive: () => void): Promise<WebSocket> => {
  for (;;) {
    assertAlive();
    const socket = new WebSocket(url);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return socket;
    await sleep(RETRY_MS);
  }
};
