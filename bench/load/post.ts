import { once } from 'node:events';
import { connect } from 'node:net';

/** Bodies that go out over one connection, each after the answer to the one before. Throws at an answer that is not 200. */
export const postAll = async (
  url: string,
  token: string,
  bodies: readonly Buffer[],
  isGzip: boolean,
): Promise<void> => {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  await once(socket, 'connect');
  const head = [
    'POST /api/ingest HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/x-ndjson',
    ...(isGzip ? ['Content-Encoding: gzip'] : []),
  ].join('\r\n');
  try {
    await new Promise<void>((resolve, reject) => {
      let next = 0;
      let answer = '';
      const send = (): void => {
        const body = bodies[next++];
        if (!body) resolve();
        else socket.write(Buffer.concat([Buffer.from(`${head}\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the board closed the connection')));
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        const end = answer.indexOf('\r\n\r\n');
        const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
        if (end === -1 || answer.length < end + 4 + Number(length)) return;
        if (!answer.startsWith('HTTP/1.1 200')) return reject(new Error(answer));
        answer = '';
        send();
      });
      send();
    });
  } finally {
    socket.destroy();
  }
};
