import { forgetAnswerSchema } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import type { EventLog } from '@crewboard/event-log';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  agentRequest,
  card,
  lines,
  openFeed,
  openLog,
  project,
  reasonOf,
  startGateway,
  storedEvents,
  type TestGateway,
} from '../../test/harness.ts';

const send = ({ url }: Pick<TestGateway, 'url'>, token: string, ...sessionIds: string[]) =>
  agentRequest(
    url,
    'POST',
    '/api/ingest',
    token,
    lines(sessionIds.map((id) => anEvent('PromptSubmitted', { sessionId: id }))),
  );

const forget = ({ url }: Pick<TestGateway, 'url'>, token: string, ...sessionIds: string[]) =>
  agentRequest(url, 'POST', '/api/agent/forget', token, JSON.stringify({ sessionIds }));

const sessionsIn = async (log: EventLog): Promise<string[]> =>
  (await storedEvents(log)).map(({ type, sessionId }) => `${sessionId} ${type}`).sort();

/** Does what the fold does: takes withdrawn sessions off the board as soon as they are in the log. */
const foldWithdrawals = (log: EventLog): void => {
  let isOver = false;
  const loop = async () => {
    const done = new Set<number>();
    while (!isOver) {
      for (const event of await storedEvents(log)) {
        if (event.type !== 'SessionWithdrawn' || done.has(event.position)) continue;
        done.add(event.position);
        await project(log, [], [event.sessionId]);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const running = loop();
  onTestFinished(async () => {
    isOver = true;
    await running;
  });
};

test('erases the sessions of this machine from log, board and feeds, and leaves those of others', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
  await send(gateway, gateway.token, 'mine', 'kept');
  await send(gateway, other.token, 'theirs');
  await project(
    log,
    ['mine', 'kept', 'theirs'].map((id) => card(id, { title: `title of ${id}` })),
  );
  const feed = openFeed(gateway.feedUrl());
  await feed.until((it) => it.board().sessions.size === 3);
  foldWithdrawals(log);

  const response = await forget(gateway, gateway.token, 'mine', 'theirs', 'never seen', 'mine');
  expect(forgetAnswerSchema.parse(await response.json())).toEqual({ forgotten: 1 });
  expect(await sessionsIn(log)).toEqual(['kept PromptSubmitted', 'mine SessionWithdrawn', 'theirs PromptSubmitted']);
  await feed.until((it) => it.board().sessions.size === 2);
  expect(await (await fetch(`${gateway.url}/api/board`)).text()).not.toContain('title of mine');

  expect(await (await forget(gateway, gateway.token, 'mine')).json(), 'a repeat').toEqual({ forgotten: 1 });
  expect((await send(gateway, gateway.token, 'mine')).status, 'it may go on').toBe(200);
  expect((await forget(gateway, other.token, 'mine')).status).toBe(200);
  expect(await sessionsIn(log)).toContain('mine PromptSubmitted');
});

test('claims no session that nobody has written', async () => {
  const gateway = await startGateway(await openLog());
  expect(await (await forget(gateway, gateway.token, 'a')).json()).toEqual({ forgotten: 0 });
  expect(await gateway.access.holderOf('a')).toBeUndefined();
});

test('answers 503 where the fold does not come to it, and takes no events of the machine meanwhile', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
  await send(gateway, gateway.token, 'mine');
  const asked = forget(gateway, gateway.token, 'mine');
  await vi.waitFor(async () => expect(await sessionsIn(log)).toContain('mine SessionWithdrawn'));
  for (const response of [await send(gateway, gateway.token, 'mine'), await forget(gateway, gateway.token, 'mine')]) {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await reasonOf(response)).toContain('being forgotten');
  }
  expect((await send(gateway, other.token, 'theirs')).status).toBe(200);
  const late = await asked;
  expect(late.status).toBe(503);
  expect(await reasonOf(late)).toContain('Ask again');
  expect(await sessionsIn(log), 'nothing is erased before the fold has it').toContain('mine PromptSubmitted');

  await project(log, [], ['mine']);
  expect((await send(gateway, gateway.token, 'mine')).status).toBe(200);
  foldWithdrawals(log);
  expect(await (await forget(gateway, gateway.token, 'mine')).json()).toEqual({ forgotten: 1 });
  expect(await sessionsIn(log)).not.toContain('mine PromptSubmitted');
}, 40_000);

test.each([
  ['names no session', '{"sessionIds":[]}'],
  ['names too many', JSON.stringify({ sessionIds: Array.from({ length: 1001 }, (_, n) => `session-${n}`) })],
  ['names what is no id', '{"sessionIds":[7]}'],
  ['names an id that is too long', JSON.stringify({ sessionIds: ['x'.repeat(201)] })],
  ['is no JSON', '{'],
  ['is empty', ''],
])('answers 400 to a body that %s', async (_what, body) => {
  const { url, token } = await startGateway(await openLog());
  expect((await agentRequest(url, 'POST', '/api/agent/forget', token, body)).status).toBe(400);
});
