import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Access } from '@crewboard/access';
import { openEmbeddedAccess } from '@crewboard/access/embedded';
import {
  type Board,
  type BoardChange,
  type Card,
  emptyBoard,
  type FeedMessage,
  feedMessageSchema,
  reduceBoard,
  sessionSchema,
} from '@crewboard/contract';
import { aCard } from '@crewboard/contract/testing';
import {
  type EventLog,
  type HistoryEntry,
  openEmbeddedLog,
  partitionOf,
  type Row,
  type StoryLine,
} from '@crewboard/event-log';
import { createLogger, createMetrics, type Logger, type Registry } from '@crewboard/runtime';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts';

export const TOKEN = 'a-token-of-the-team-in-tests';

export const temporaryFolder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'crewboard-gateway-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
};

export const openLog = async (partitions = 2): Promise<EventLog> => {
  const log = await openEmbeddedLog({ dir: await temporaryFolder(), partitions });
  onTestFinished(() => log.close());
  return log;
};

export const openAccess = async (): Promise<Access> => {
  const access = await openEmbeddedAccess({ dir: await temporaryFolder() });
  onTestFinished(() => access.close());
  return access;
};

/** Writes to the board as the status service does: rows, removals, their changes and histories in one step. */
export const project = async (
  log: EventLog,
  cards: readonly Card[],
  removed: readonly string[] = [],
  history: readonly HistoryEntry[] = [],
  story: readonly StoryLine[] = [],
): Promise<void> => {
  for (let partition = 0; partition < log.partitions; partition++) {
    const isHere = (sessionId: string) => partitionOf(sessionId, log.partitions) === partition;
    const rows: Row[] = cards
      .filter(({ sessionId }) => isHere(sessionId))
      .map((card) => ({ sessionId: card.sessionId, state: {}, card }));
    const gone = removed.filter(isHere);
    if (rows.length + gone.length === 0) continue;
    const lease = await log.acquireLease(partition, 'test', 60_000);
    if (!lease) throw new Error('the lease is taken');
    const changes: BoardChange[] = [
      ...rows.map(({ sessionId, card }): BoardChange => ({ type: 'CardChanged', sessionId, card })),
      ...gone.map((sessionId): BoardChange => ({ type: 'CardRemoved', sessionId })),
    ];
    const checkpoint = await log.lastOffset(partition);
    const told = history.filter(({ sessionId }) => isHere(sessionId));
    await log.save(lease, {
      rows,
      removed: gone,
      changes,
      history: told,
      story: story.filter(({ sessionId }) => isHere(sessionId)),
      checkpoint,
    });
  }
};

export const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

export const card = (sessionId: string, overrides: Partial<Card> = {}): Card => aCard({ sessionId, ...overrides });

/** A logger that keeps its lines. */
export const memoryLogger = (level = 'info'): { logger: Logger; lines: string[] } => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { logger: createLogger({ name: 'gateway', level, destination }), lines };
};

export interface TestGateway extends Gateway {
  registry: Registry;
  feedUrl(after?: string): string;
}

export const startGateway = async (log: EventLog, options: Partial<GatewayOptions> = {}): Promise<TestGateway> => {
  const registry = createMetrics();
  const gateway = await createGateway({
    log,
    access: options.access ?? (await openAccess()),
    logger: createLogger({ name: 'gateway', level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
    registry,
    webDir: '/nowhere',
    host: '127.0.0.1',
    port: 0,
    openTo: { name: 'Mara King', role: 'admin' },
    ingestToken: TOKEN,
    ...options,
  });
  onTestFinished(() => gateway.close());
  const feedUrl = (after?: string) =>
    `${gateway.url.replace('http', 'ws')}/api/feed${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`;
  return { ...gateway, registry, feedUrl };
};

/** A client of the feed that keeps what it was told, and the board which that makes. */
export interface TestFeed {
  socket: WebSocket;
  messages: FeedMessage[];
  board: () => Board;
  closed: Promise<number>;
  /** Resolves as soon as it holds; fails after 5 s, or when the socket closes before. */
  until(holds: (feed: TestFeed) => boolean): Promise<void>;
}

export const openFeed = (url: string, headers: Record<string, string> = {}): TestFeed => {
  const socket = new WebSocket(url, { perMessageDeflate: false, headers });
  onTestFinished(() => socket.terminate());
  const messages: FeedMessage[] = [];
  let board = emptyBoard;
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const message = feedMessageSchema.parse(JSON.parse(String(data)));
    messages.push(message);
    board = reduceBoard(board, message);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  closed.catch(() => undefined);
  const feed: TestFeed = {
    socket,
    messages,
    board: () => board,
    closed,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const settle = (error?: Error) => {
          clearTimeout(late);
          waiting.delete(look);
          if (error) reject(error);
          else resolve();
        };
        const look = () => {
          if (holds(feed)) settle();
        };
        const late = setTimeout(
          () => settle(new Error(`waited in vain: ${JSON.stringify(messages)}`.slice(0, 2000))),
          5000,
        );
        closed.then(
          (code) => settle(new Error(`closed with ${code}`)),
          (error: Error) => settle(error),
        );
        waiting.add(look);
        look();
      }),
  };
  return feed;
};

/** The value of a metric without labels. */
export const metric = async (registry: Registry, name: string): Promise<number> => {
  const found = await registry.getSingleMetric(name)?.get();
  return found?.values[0]?.value ?? Number.NaN;
};
