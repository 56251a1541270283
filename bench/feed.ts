import { WebSocket } from 'ws';

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

export const watchFeed = async (url: string): Promise<FeedWatcher> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/feed`);
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
