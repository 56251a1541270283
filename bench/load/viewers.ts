import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Pages that are open on a board, as cheap as they can be: they look for one marker in the bytes and throw all away. */
export interface Viewers {
  /** When each has got what holds the marker, in ms of `performance.now()`, the first first. */
  seen(marker: string, withinMs: number): Promise<number[]>;
  close(): void;
}

/** So many join at a time. */
const AT_ONCE = 50;

interface Viewer {
  socket: Socket;
  /** The end of what came last: a marker may come in two pieces. */
  tail: Buffer;
}

export const openViewers = async (url: string, count: number): Promise<Viewers> => {
  const { hostname, port, host } = new URL(url);
  const head = [
    'GET /api/feed HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ].join('\r\n');
  let awaited: { marker: Buffer; times: number[]; left: Set<Viewer>; done: () => void } | undefined;

  const look = (viewer: Viewer, chunk: Buffer): void => {
    if (!awaited?.left.has(viewer)) return;
    const bytes = viewer.tail.length > 0 ? Buffer.concat([viewer.tail, chunk]) : chunk;
    if (!bytes.includes(awaited.marker)) {
      viewer.tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - awaited.marker.length)));
      return;
    }
    viewer.tail = Buffer.alloc(0);
    awaited.times.push(performance.now());
    awaited.left.delete(viewer);
    if (awaited.left.size === 0) awaited.done();
  };

  const open = async (): Promise<Viewer> => {
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const viewer = { socket, tail: Buffer.alloc(0) };
    socket.on('error', () => undefined);
    socket.write(`${head}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    if (!String(answer).startsWith('HTTP/1.1 101'))
      throw new Error(`a feed was answered with ${String(answer).slice(0, 80)}`);
    socket.on('data', (chunk) => look(viewer, chunk));
    return viewer;
  };

  const viewers: Viewer[] = [];
  while (viewers.length < count) {
    const joining = Math.min(AT_ONCE, count - viewers.length);
    viewers.push(...(await Promise.all(Array.from({ length: joining }, open))));
  }

  return {
    seen: (marker, withinMs) =>
      new Promise((resolve, reject) => {
        const times: number[] = [];
        const left = new Set(viewers);
        const late = setTimeout(() => reject(new Error(`${left.size} viewers did not see “${marker}”`)), withinMs);
        const done = (): void => {
          clearTimeout(late);
          awaited = undefined;
          resolve(times);
        };
        awaited = { marker: Buffer.from(marker), times, left, done };
      }),
    close: () => {
      for (const { socket } of viewers) socket.destroy();
    },
  };
};
