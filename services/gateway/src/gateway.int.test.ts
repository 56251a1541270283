import { randomUUID } from 'node:crypto';
import { openRedisAccess } from '@crewboard/access/redis';
import { reportAnswerSchema } from '@crewboard/contract';
import { aMachineReport, anEvent, aStatusChange, aSummary } from '@crewboard/contract/testing';
import { openRedisLog } from '@crewboard/event-log';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type RunningRedis, startRedis } from '../../../test/support/redis.ts';
import { expectWholeBoardAfterDrop } from '../test/dropped.ts';
import { agentRequest, boardSchema, card, openFeed, project, startGateway, type TestGateway } from '../test/harness.ts';
import { asPage, PASSWORDS, signIn, signInOptions } from '../test/sign-in.ts';
import { historySchema } from './routes/board.ts';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openLog = async (prefix = `test-${randomUUID()}`, partitions = 4) => {
  const log = await openRedisLog({ url: redis.url, prefix, partitions });
  onTestFinished(() => log.close());
  return log;
};

const sessions = Array.from({ length: 12 }, (_, index) => `session-${index}`);
const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
const ingest = ({ url, token }: TestGateway) =>
  agentRequest(url, 'POST', '/api/ingest', token, JSON.stringify(anEvent('TurnEnded')));

test('two gateways on one log tell the same board, and one resumes what the other gave', async () => {
  const prefix = `test-${randomUUID()}`;
  const writer = await openLog(prefix);
  await project(
    writer,
    sessions.map((id) => card(id)),
  );
  const first = await startGateway(await openLog(prefix));
  const second = await startGateway(await openLog(prefix));
  const feed = openFeed(first.feedUrl());
  await feed.until((it) => it.board().sessions.size === sessions.length);
  const after = feed.board().offset ?? '';
  await writer.appendChanges([aSummary('session-1', 'Reads tails')]);
  await project(writer, [card('session-2', { status: 'idle' })], ['session-3']);
  await feed.until((it) => it.messages.length === 4);

  const resumed = openFeed(second.feedUrl(after));
  await resumed.until((it) => it.messages.length === 3);
  expect(resumed.messages.map(({ kind }) => kind)).toEqual(['change', 'change', 'change']);
  const boards = [first, second].map(async ({ url }) =>
    boardSchema.parse(await (await fetch(`${url}/api/board`)).json()),
  );
  const [a, b] = await Promise.all(boards);
  expect(b).toEqual({ ...a, sessions: expect.arrayContaining(a?.sessions ?? []) });
  expect(a?.sessions).toHaveLength(sessions.length - 1);
});

test('reads the whole board again where changes were dropped that it has not read', async () => {
  await expectWholeBoardAfterDrop(await openLog(`test-${randomUUID()}`, 1));
});

test('two gateways on one log tell the same histories and machines', async () => {
  const prefix = `test-${randomUUID()}`;
  const changes = ['working', 'idle'] as const;
  const history = sessions.flatMap((sessionId) =>
    changes.map((status) => ({ sessionId, change: aStatusChange({ status }) })),
  );
  await project(
    await openLog(prefix),
    sessions.map((id) => card(id)),
    [],
    history,
  );
  const first = await startGateway(await openLog(prefix));
  const second = await startGateway(await openLog(prefix));
  const report = JSON.stringify(aMachineReport());
  const reported = await agentRequest(first.url, 'PUT', '/api/agent/report', first.token, report);
  const { now } = reportAnswerSchema.parse(await reported.json());
  for (const { url } of [first, second]) {
    for (const sessionId of sessions) {
      const told = historySchema.parse(await (await fetch(`${url}/api/sessions/${sessionId}/history`)).json());
      expect(told.history.map(({ status }) => status)).toEqual(changes);
    }
    const known = await (await fetch(`${url}/api/machines`)).json();
    expect(known).toMatchObject({ machines: [{ report: aMachineReport(), receivedAt: now }] });
  }
});

test('keeps its feeds and its board while Redis is away, and goes on when it is back', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const gateway = await startGateway(log);
  const feed = openFeed(gateway.feedUrl());
  await feed.until((it) => it.board().sessions.size === 1);

  await redis.kill();
  await vi.waitFor(async () => expect(await statusOf(`${gateway.url}/readyz`)).toBe(503), { timeout: 15_000 });
  expect(await statusOf(`${gateway.url}/healthz`)).toBe(200);
  expect(await statusOf(`${gateway.url}/api/board`)).toBe(200);
  const refused = await ingest(gateway);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await statusOf(`${gateway.url}/api/sessions/a/history`)).toBe(503);
  expect(await statusOf(`${gateway.url}/api/machines`)).toBe(503);

  await redis.restart();
  await vi.waitFor(async () => expect(await statusOf(`${gateway.url}/readyz`)).toBe(200), { timeout: 15_000 });
  expect((await ingest(gateway)).status).toBe(200);
  await project(log, [card('b')]);
  await feed.until((it) => it.board().sessions.size === 2);
  expect(feed.messages.map(({ kind }) => kind)).toEqual(['snapshot', 'change']);
}, 60_000);

test('while Redis is away keeps the feeds of who is signed in, and lets nobody else in; a sign-out counts at every gateway', async () => {
  const prefix = `test-${randomUUID()}`;
  const openAccess = async () => {
    const access = await openRedisAccess({ url: redis.url, prefix });
    onTestFinished(() => access.close());
    return access;
  };
  const options = { signIn: signInOptions(), feedLimits: { signInCheckMs: 100 } };
  const first = await startGateway(await openLog(prefix), { ...options, access: await openAccess() });
  const access = await openAccess();
  const second = await startGateway(await openLog(prefix), { ...options, access });
  const cookie = await signIn(first.url, { name: 'Mara King', password: PASSWORDS.member });
  const board = async ({ url }: TestGateway) => (await fetch(`${url}/api/board`, { headers: { cookie } })).status;
  expect(await board(second)).toBe(200);
  const feed = openFeed(second.feedUrl(), asPage(second.url, cookie));
  await feed.until(({ messages }) => messages.length === 1);

  await redis.kill();
  const asked = vi.spyOn(access, 'viewerOf');
  await vi.waitFor(
    async () => {
      const failed = await Promise.allSettled(asked.mock.results.map(({ value }) => value));
      expect(failed.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(1);
    },
    { timeout: 60_000 },
  );
  expect(await board(second)).toBe(503);
  expect(feed.socket.readyState).toBe(feed.socket.OPEN);

  await redis.restart();
  await vi.waitFor(async () => expect(await board(second)).toBe(200), { timeout: 30_000 });
  expect(feed.socket.readyState).toBe(feed.socket.OPEN);
  await fetch(`${first.url}/api/sign-out`, { method: 'POST', headers: asPage(first.url, cookie) });
  expect(await feed.closed).toBe(4401);
  expect(await board(second)).toBe(401);
}, 120_000);
