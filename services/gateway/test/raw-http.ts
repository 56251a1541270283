import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came of bytes that were sent as they are. */
export interface RawAnswer {
  /** The first answer's; 0 where the connection was closed without one. */
  status: number;
  text: string;
}

export interface RawOptions {
  /** Sent one after another, with so long in between. */
  pauseMs?: number;
  /** Closes the connection as soon as all is sent. */
  hangsUp?: boolean;
  /** Longer than this is a hang: it rejects. */
  withinMs?: number;
}

/** Sends pieces of bytes on a connection of their own, and waits for the first whole head of an answer, or for the end. */
export const sendRaw = (
  url: string,
  pieces: readonly (string | Uint8Array)[],
  options: RawOptions = {},
): Promise<RawAnswer> => {
  const { pauseMs = 0, hangsUp = false, withinMs = 15_000 } = options;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  const answered = new Promise<RawAnswer>((resolve, reject) => {
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${withinMs} ms, only ${JSON.stringify(text.slice(0, 200))}`));
    }, withinMs);
    const settle = () => {
      clearTimeout(late);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text });
    };
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) text = text.slice('HTTP/1.1 100 Continue\r\n\r\n'.length);
      if (text.includes('\r\n\r\n')) settle();
    });
    // A server that refuses closes while we still send: what it said before is in `text`.
    socket.on('error', () => undefined);
    socket.on('close', settle);
  });
  const send = async () => {
    for (const piece of pieces) {
      if (socket.destroyed) return;
      socket.write(piece);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    if (hangsUp) socket.end(() => socket.destroy());
  };
  socket.once('connect', () => void send());
  return answered;
};
