import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

const PONG_MS = 10_000;
/** An empty pong, with a mask of zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/**
 * A page that is open on the board: takes what its feed says as fast as it comes and throws it away unread, so that a hundred
 * of them leave the machine to what is measured. Answers a function that closes it.
 */
export const openPage = async (boardUrl: string): Promise<() => void> => {
  const { hostname, port, host } = new URL(boardUrl);
  const socket = connect(Number(port), hostname);
  const head = [
    'GET /api/feed HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!String(answer).startsWith('HTTP/1.1 101'))
    throw new Error(`a feed was answered with ${String(answer).slice(0, 80)}`);
  socket.on('error', () => undefined);
  socket.resume();
  const pongs = setInterval(() => socket.write(PONG), PONG_MS);
  return () => {
    clearInterval(pongs);
    socket.destroy();
  };
};
