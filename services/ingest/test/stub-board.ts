import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { SessionEvent } from '@crewboard/contract';
import { onTestFinished } from 'vitest';

export interface StubRequest {
  /** Method and path. */
  line: string;
  headers: IncomingHttpHeaders;
  /** Unpacked. */
  body: string;
  port: number | undefined;
  /** What it was answered. */
  status?: number;
}
export type StubAnswer = { status: number; headers?: Record<string, string>; body?: string };

export const IDENTITY = { machineId: 'AbCdEfGhIjKl', machine: 'devbox', owner: 'Mara' };
export const TOKEN = `cbm_${IDENTITY.machineId}.${'s'.repeat(43)}`;
export const CODE = `cbi_AbCdEfGhIjKl.${'c'.repeat(43)}`;

/**
 * A real server that answers agents as a board does, or as a test says: `answer` returns nothing for what the board would say. What
 * takes a real log is tested with the real gateway.
 */
export const startStubBoard = async ({
  answer = () => undefined,
  tls,
  now = Date.now,
  boardVersion = '0.1.0',
}: {
  answer?: (request: StubRequest) => StubAnswer | undefined;
  tls?: { key: string; cert: string };
  now?: () => number;
  boardVersion?: string;
} = {}) => {
  const requests: StubRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      const asked: StubRequest = {
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body,
        port: request.socket.remotePort,
      };
      requests.push(asked);
      const { status, headers, body: said } = answer(asked) ?? asBoard(asked);
      asked.status = status;
      response.writeHead(status, headers).end(said ?? '');
    });
  };
  const asBoard = ({ line, headers, body }: StubRequest): StubAnswer => {
    const say = (status: number, value: object): StubAnswer => ({ status, body: JSON.stringify(value) });
    if (line === 'POST /api/join') return say(200, { ...IDENTITY, machine: JSON.parse(body).machine, token: TOKEN });
    if (headers.authorization !== `Bearer ${TOKEN}`) return say(401, { message: 'The token is missing or wrong.' });
    if (line === 'GET /api/agent') return say(200, { ...IDENTITY, now: now(), boardVersion, repositorySalt: 'salt' });
    if (line === 'PUT /api/agent/report') return say(200, { now: now() });
    if (line === 'POST /api/ingest') {
      return say(200, { accepted: body.split('\n').length, rejected: [], lastAccepted: null });
    }
    return say(404, { message: 'Nothing is here.' });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const parsed = new Map<StubRequest, SessionEvent[]>();
  const eventsOf = (sent: readonly StubRequest[]): SessionEvent[][] =>
    sent
      .filter(({ line }) => line === 'POST /api/ingest')
      .map((request) => {
        const events = parsed.get(request) ?? request.body.split('\n').map((text): SessionEvent => JSON.parse(text));
        parsed.set(request, events);
        return events;
      });
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    lines: () => requests.map(({ line }) => line),
    /** Those that were turned down, too. */
    batches: () => eventsOf(requests),
    accepted: () => eventsOf(requests.filter(({ status }) => status === 200)).flat(),
  };
};
