import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import type { AgentAnswer, IngestAnswer } from '@crewboard/contract';
import { version } from '../cli/package.json' with { type: 'json' };

export interface NullBoard {
  url: string;
  requests: number;
  events: number;
  receivedBytes: number;
  sessions: Set<string>;
  /** When events came last, on the clock of `performance.now()`. */
  lastAt: number;
  close(): void;
}

const SESSION = /"sessionId":"([^"]+)"/;

/** What `CREWBOARD_TOKEN` may be for it: it takes any. */
export const NULL_BOARD_TOKEN = 'cbm_bench.no-secret';

const HELLO: Omit<AgentAnswer, 'now'> = {
  machineId: 'bench',
  machine: 'bench',
  owner: 'bench',
  boardVersion: version,
  repositorySalt: 'bench',
};

/** Takes every batch that an agent sends, counts it, and keeps nothing. */
export const startNullBoard = async (): Promise<NullBoard> => {
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url !== '/api/ingest') {
      // A greeting, or a report.
      request.resume();
      response.end(JSON.stringify({ ...HELLO, now: Date.now() } satisfies AgentAnswer));
      return;
    }
    const plain = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    let text = '';
    request.on('data', (chunk: Buffer) => {
      board.receivedBytes += chunk.length;
    });
    for await (const chunk of plain.setEncoding('utf8')) text += chunk;
    const lines = text.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const sessionId = SESSION.exec(line)?.[1];
      if (sessionId) board.sessions.add(sessionId);
    }
    board.requests += 1;
    board.events += lines.length;
    board.lastAt = performance.now();
    const answer: IngestAnswer = { accepted: lines.length, rejected: [], lastAccepted: null };
    response.end(JSON.stringify(answer));
  });
  // As the board's own: an agent's report comes over the connection of the one before.
  server.keepAliveTimeout = 72_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const board: NullBoard = {
    url: `http://127.0.0.1:${port}`,
    requests: 0,
    events: 0,
    receivedBytes: 0,
    sessions: new Set(),
    lastAt: performance.now(),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return board;
};
