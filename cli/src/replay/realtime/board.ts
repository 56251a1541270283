import { join } from 'node:path';
import { createAccess } from '@crewboard/access';
import { type Board, emptyBoard, feedMessageSchema, reduceBoard, type Session } from '@crewboard/contract';
import { openEmbeddedLog } from '@crewboard/event-log/embedded';
import { createGateway } from '@crewboard/gateway';
import { createIngestService, logSink } from '@crewboard/ingest';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { createStatusMetrics, createStatusService } from '@crewboard/status';
import { WebSocket } from 'ws';

export interface RunningBoard {
  url: string;
  /** Ends all parts. Rejects with the fault of a part that failed. */
  stop(): Promise<void>;
}

export interface BoardFolders {
  claudeDir: string;
  dataDir: string;
}

/**
 * The whole of Crewboard on two folders: an agent with its watchers, an embedded log, the fold and the gateway. `onSession`
 * hears each session that the feed tells of, at the moment that it does. Resolves when the agent has looked at all there was.
 */
export const startBoard = async (
  { claudeDir, dataDir }: BoardFolders,
  onSession: (session: Session) => void,
): Promise<RunningBoard> => {
  const logger = createLogger({ name: 'replay', level: process.env.LOG_LEVEL ?? 'silent' });
  const log = await openEmbeddedLog({ dir: join(dataDir, 'log') });
  const records = await openEmbeddedRecords({ dir: join(dataDir, 'records') });
  const stopping = new AbortController();
  const { signal } = stopping;
  const agent = createIngestService({
    claudeDir,
    dataDir,
    machine: 'replay',
    owner: null,
    target: 'solo',
    tells: 'a replay',
    defaultTier: 'full',
    maxAgeDays: 1,
    sink: logSink(log, logger),
    logger,
  });
  const status = createStatusService({
    log,
    holder: 'replay',
    logger,
    metrics: createStatusMetrics(createMetrics()),
  });
  const gateway = await createGateway({
    log,
    access: createAccess(records),
    records,
    logger,
    registry: createMetrics(),
    webDir: join(dataDir, 'no-page'),
    host: '127.0.0.1',
    port: 0,
    openTo: { name: 'me', role: 'admin' },
  });
  const parts = Promise.all([status.run(signal), agent.run(signal)]);
  parts.catch(() => stopping.abort());
  const feed = await openFeed(gateway.url, onSession);
  await Promise.race([agent.boardReady, parts]);
  return {
    url: gateway.url,
    async stop() {
      feed.terminate();
      stopping.abort();
      try {
        await parts;
      } finally {
        await gateway.close();
        await records.close();
        await log.close();
      }
    },
  };
};

/** Resolves when the feed has told its snapshot. */
const openFeed = async (url: string, onSession: (session: Session) => void): Promise<WebSocket> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/feed`);
  let board: Board = emptyBoard;
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      const message = feedMessageSchema.parse(JSON.parse(data.toString()));
      board = reduceBoard(board, message);
      if (message.kind === 'change' && message.session) onSession(message.session);
      if (message.kind === 'snapshot') {
        for (const session of board.sessions.values()) onSession(session);
        resolve();
      }
    });
  });
  return socket;
};
