import {
  type Board,
  type Card,
  emptyBoard,
  feedMessageSchema,
  reduceBoard,
  type SessionEvent,
} from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { type EventLog, openRedisLog } from '@crewboard/event-log';
import { advance, evolve, type SessionState } from '@crewboard/status';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { sessionsOf, untilBoard } from '../support/board.ts';
import { freePort } from '../support/port.ts';
import { startProgram } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

const SESSIONS = 200;
const EVENTS = 20_000;
const BATCH = 500;

/** 200 sessions that go on for 100 events each, their lines interleaved; recent, so that none has left the board. */
const story = (): SessionEvent[] => {
  const startedAt = Date.now() - 3_600_000;
  const types = [
    'PromptSubmitted',
    'ToolRequested',
    'ToolFinished',
    'TokensUsed',
    'AssistantReplied',
    'TurnEnded',
  ] as const;
  return Array.from({ length: EVENTS }, (_, index) => {
    const sessionId = `session-${index % SESSIONS}`;
    const type =
      index < SESSIONS ? 'SessionLocated' : (types[Math.floor(index / SESSIONS) % types.length] ?? 'TurnEnded');
    const at = { sessionId, stream: `transcript:${sessionId}`, position: index, occurredAt: startedAt + index };
    return anEvent(type, at) as SessionEvent;
  });
};

const cardsOf = (events: readonly SessionEvent[]): Card[] => {
  const states = new Map<string, SessionState>();
  for (const event of events) states.set(event.sessionId, evolve(states.get(event.sessionId), event));
  const cards = [...states.values()].map((state) => advance(state, Date.now()).card);
  return cards.toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
};

const withoutEnrichment = (sessions: Awaited<ReturnType<typeof sessionsOf>>): Card[] =>
  sessions.map(({ summary: _summary, brief: _brief, pullRequest: _pullRequest, ...card }) => card);

/** A Redis, a log in it, and the services of a team as processes. */
const startTeam = async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const log = await openRedisLog({ url: redis.url });
  onTestFinished(() => log.close());
  const port = await freePort();
  const env = { REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
  const startGateway = () => startProgram('services/gateway.js', [], { ...env, PORT: String(port) });
  const startStatus = async () =>
    startProgram('services/status.js', [], { ...env, HEALTH_PORT: String(await freePort()) });
  return { redis, log, url: `http://127.0.0.1:${port}`, startGateway, startStatus };
};

/** Appends in batches, as agents do; after each one `meanwhile` is told how many events are in the log. */
const appendAll = async (
  log: EventLog,
  events: readonly SessionEvent[],
  meanwhile: (done: number) => Promise<void>,
) => {
  for (let at = 0; at < events.length; at += BATCH) {
    await log.append(events.slice(at, at + BATCH));
    await meanwhile(at + BATCH);
  }
};

const untilFolded = (url: string, events: readonly SessionEvent[]) =>
  untilBoard(url, (sessions) => expect(withoutEnrichment(sessions)).toEqual(cardsOf(events)));

describe('a kill in the middle of 20,000 events', { timeout: 90_000 }, () => {
  it('of status leaves the same board as without it', async () => {
    const { log, url, startGateway, startStatus } = await startTeam();
    startGateway();
    let status = await startStatus();
    const events = story();
    await appendAll(log, events, async (done) => {
      if (done === EVENTS / 4) await untilBoard(url, (sessions) => expect(sessions).toHaveLength(SESSIONS));
      if (done === EVENTS / 2) {
        await status.kill();
        status = await startStatus();
      }
    });
    await untilFolded(url, events);
  });

  it('of the gateway neither loses nor repeats what a page that comes back with its offset is told', async () => {
    const { log, url, startGateway, startStatus } = await startTeam();
    let gateway = startGateway();
    await startStatus();
    const events = story();
    const page = followBoard(url);
    await appendAll(log, events, async (done) => {
      if (done === EVENTS / 4) await vi.waitFor(() => expect(page.board().sessions.size).toBe(SESSIONS), PATIENCE);
      if (done === EVENTS / 2) {
        await gateway.kill();
        gateway = startGateway();
      }
    });
    await untilFolded(url, events);
    const inOrder = await sessionsOf(url);
    await vi.waitFor(() => expect(sorted(page.board())).toEqual(inOrder), PATIENCE);
    expect(page.kinds().filter((kind) => kind !== 'change')).toEqual(['snapshot']);
  });

  it('of Redis loses nothing that was acknowledged', async () => {
    const { redis, log, url, startGateway, startStatus } = await startTeam();
    startGateway();
    await startStatus();
    const events = story();
    await appendAll(log, events, async (done) => {
      // Whoever starts while Redis is away ends, and is started again by its supervisor: here is none.
      if (done === EVENTS / 4) await untilBoard(url, (sessions) => expect(sessions).toHaveLength(SESSIONS));
      if (done === EVENTS / 2) await redis.restart();
    });
    await untilFolded(url, events);
  });
});

/** A machine with other work takes its time: what is tested is that it comes, not how soon. */
const PATIENCE = { timeout: 60_000, interval: 20 };

const sorted = (board: Board) => [...board.sessions.values()].toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1));

/** What a page does: folds what the feed says, and comes back with its last offset when the feed is lost. */
const followBoard = (url: string) => {
  let board = emptyBoard;
  const kinds: string[] = [];
  let isOver = false;
  const connect = (): WebSocket => {
    const after = board.offset ? `?after=${board.offset}` : '';
    const next = new WebSocket(`${url.replace('http', 'ws')}/api/feed${after}`);
    next.on('message', (data) => {
      const message = feedMessageSchema.parse(JSON.parse(String(data)));
      kinds.push(message.kind);
      board = reduceBoard(board, message);
    });
    next.on('error', () => undefined);
    next.on('close', () => {
      if (!isOver) setTimeout(() => (socket = connect()), 50);
    });
    return next;
  };
  let socket = connect();
  onTestFinished(() => {
    isOver = true;
    socket.terminate();
  });
  return { board: () => board, kinds: () => kinds };
};
