import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A real forward proxy: tunnels for CONNECT, plain requests passed on. Whatever name is asked for, it leads to `port` of loopback:
 * names that exist nowhere are reached only through it. With `auth` (`user:password`) it wants that.
 */
export const startProxy = async (port: number, { auth }: { auth?: string } = {}) => {
  const tunnels: string[] = [];
  const passedOn: string[] = [];
  const sockets = new Set<Socket>();
  const expected = auth === undefined ? undefined : `Basic ${Buffer.from(auth).toString('base64')}`;
  const mayPass = (given: string | undefined): boolean => expected === undefined || given === expected;
  const server = createServer((asked, answer) => {
    passedOn.push(asked.url ?? '');
    if (!mayPass(asked.headers['proxy-authorization'])) {
      answer.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
      return;
    }
    const { pathname } = new URL(asked.url ?? '');
    const onward = request({ host: '127.0.0.1', port, path: pathname, method: asked.method, headers: asked.headers });
    onward.on('response', (told) => {
      answer.writeHead(told.statusCode ?? 500, told.headers);
      told.pipe(answer);
    });
    asked.pipe(onward);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (asked, socket, head) => {
    tunnels.push(asked.url ?? '');
    if (!mayPass(asked.headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    sockets.add(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const own = typeof address === 'object' && address ? address.port : 0;
  return { host: `127.0.0.1:${own}`, url: `http://${auth ? `${auth}@` : ''}127.0.0.1:${own}`, tunnels, passedOn };
};
