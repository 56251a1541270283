import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, createAccess } from '@crewboard/access';
import {
  type Board,
  type BoardChange,
  type Card,
  emptyBoard,
  type FeedMessage,
  feedMessageSchema,
  reduceBoard,
  type SessionEvent,
  sessionSchema,
} from '@crewboard/contract';
import { aCard } from '@crewboard/contract/testing';
import {
  type EventLog,
  type HistoryEntry,
  openEmbeddedLog,
  partitionOf,
  type Row,
  type SpanLine,
  type StoryLine,
} from '@crewboard/event-log';
import type { Records } from '@crewboard/records';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { createLogger, createMetrics, type Registry } from '@crewboard/runtime';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { memoryLogger as memoryLoggerOf } from '../../../test/support/memory-logger.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts';
import { problemSchema } from '../src/problem.ts';

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

export const openRecords = async (): Promise<Records> => {
  const records = await openEmbeddedRecords({ dir: await temporaryFolder() });
  onTestFinished(() => records.close());
  return records;
};

export const openAccess = async (): Promise<Access> => createAccess(await openRecords());

/** Writes to the board as the status service does: rows, removals, their changes and histories in one step. */
export const project = async (
  log: EventLog,
  cards: readonly Card[],
  removed: readonly string[] = [],
  history: readonly HistoryEntry[] = [],
  story: readonly StoryLine[] = [],
  spans: readonly SpanLine[] = [],
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
      spans: spans.filter(({ sessionId }) => isHere(sessionId)),
      checkpoint,
    });
  }
};

export const boardSchema = z.object({ offset: z.string(), sessions: z.array(sessionSchema) });

export const card = (sessionId: string, overrides: Partial<Card> = {}): Card => aCard({ sessionId, ...overrides });

/** A gateway's logger that keeps its lines. */
export const memoryLogger = (level?: string) => memoryLoggerOf('gateway', level);

export interface TestGateway extends Gateway {
  registry: Registry;
  access: Access;
  /** A new token of Dev's machine `devbox`: so the builders name them. */
  token: string;
  feedUrl(after?: string): string;
}

export const startGateway = async (log: EventLog, options: Partial<GatewayOptions> = {}): Promise<TestGateway> => {
  const registry = createMetrics();
  const records = await openRecords();
  const access = options.access ?? createAccess(records);
  const { token } = await access.issue({ machine: 'devbox', owner: 'Dev', by: 'test' });
  const gateway = await createGateway({
    log,
    access,
    records,
    logger: createLogger({ name: 'gateway', level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
    registry,
    webDir: '/nowhere',
    host: '127.0.0.1',
    port: 0,
    openTo: { name: 'Mara King', role: 'admin' },
    ...options,
  });
  onTestFinished(() => gateway.close());
  const feedUrl = (after?: string) =>
    `${gateway.url.replace('http', 'ws')}/api/feed${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`;
  return { ...gateway, registry, access, token, feedUrl };
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

/** The value of a metric, of one of its label sets where it has any; 0 for one that was never counted. */
export const metric = async (
  registry: Registry,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> => {
  const found = await registry.getSingleMetric(name)?.get();
  if (!found) throw new Error(`there is no metric ${name}`);
  const isAsked = (given: Partial<Record<string, string | number>>) =>
    Object.entries(labels).every(([label, value]) => given[label] === value);
  return found.values.find((value) => isAsked(value.labels))?.value ?? 0;
};

/** One request of an agent, with the headers that it needs. A token of null sends none. */
export const agentRequest = (
  url: string,
  method: string,
  path: string,
  token: string | null,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: {
      ...(body === undefined
        ? {}
        : { 'content-type': path === '/api/ingest' ? 'application/x-ndjson' : 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });

export const lines = (events: readonly unknown[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** The events of a whole log, each partition's in order. */
export const storedEvents = async (log: EventLog): Promise<SessionEvent[]> => {
  const events: SessionEvent[] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    for (const entry of await log.read(partition, { after: '0-0', count: 100_000 })) {
      if (!entry.ok) throw new Error(entry.reason);
      const { offset: _offset, ...event } = entry.event;
      events.push(event);
    }
  }
  return events;
};

/** The message of an answer that is an error. */
export const reasonOf = async (response: Response): Promise<string> =>
  problemSchema.parse(await response.json()).message;
