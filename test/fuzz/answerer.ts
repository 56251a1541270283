import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine that answers the next request with what it was given. */
export const answerer = async () => {
  let answer: { status: number; body: Buffer; headers: Record<string, string> } | undefined;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer?.status ?? 500, answer?.headers ?? {}).end(answer?.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    next: (status: number, body: Buffer, headers: Record<string, string>) => {
      answer = { status, body, headers };
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
