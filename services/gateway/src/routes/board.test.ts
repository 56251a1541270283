import { anAskSpan, aStatusChange, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { card, openLog, project, startGateway } from '../../test/harness.ts';
import { problemSchema } from '../problem.ts';
import { historySchema, storySchema } from './board.ts';

const historyOf = (url: string, id: string) => fetch(`${url}/api/sessions/${encodeURIComponent(id)}/history`);

test('tells how a session came to its status, the oldest change first', async () => {
  const log = await openLog();
  const changes = [
    aStatusChange({ at: T0 + 1 }),
    aStatusChange({
      at: T0 + 2,
      status: 'waiting_for_approval',
      asks: [{ kind: 'permission', tool: 'Bash', agentId: null }],
      evidence: { source: 'hook', says: 'A permission is asked for: Bash', at: T0 + 2, inferred: false },
    }),
    aStatusChange({ at: T0 + 3, status: 'idle', ended: true, condition: 'closed' }),
  ];
  const history = changes.map((change) => ({ sessionId: 'a session', change }));
  await project(log, [card('a session'), card('b')], [], [...history, { sessionId: 'b', change: aStatusChange() }]);
  const { url } = await startGateway(log);
  const response = await historyOf(url, 'a session');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(historySchema.parse(await response.json())).toEqual({ sessionId: 'a session', history: changes });
});

test('tells at once what was saved with a card, and an empty history of a session that never changed', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const { url } = await startGateway(log);
  expect(await (await historyOf(url, 'a')).json()).toEqual({ sessionId: 'a', history: [] });
  await project(log, [card('a')], [], [{ sessionId: 'a', change: aStatusChange() }]);
  expect(await (await historyOf(url, 'a')).json()).toEqual({ sessionId: 'a', history: [aStatusChange()] });
});

test('answers 404 for the history of a session that is not on the board', async () => {
  const { url } = await startGateway(await openLog());
  const response = await historyOf(url, 'nobody');
  expect(response.status).toBe(404);
  expect(problemSchema.parse(await response.json()).statusCode).toBe(404);
});

test('tells what a session did', async () => {
  const log = await openLog();
  const entry = { kind: 'reply', at: T0, text: 'Done.' } as const;
  await project(log, [card('a')], [], [], [{ sessionId: 'a', entry }], [{ sessionId: 'a', span: anAskSpan() }]);
  const { url } = await startGateway(log);
  const answer = await fetch(`${url}/api/sessions/a/story`);
  expect(storySchema.parse(await answer.json())).toEqual({ sessionId: 'a', story: [entry], spans: [anAskSpan()] });
  expect((await fetch(`${url}/api/sessions/nobody/story`)).status).toBe(404);
});

test('answers 503 with Retry-After to a history while the log is away, and tells nothing of the inside', async () => {
  const log = await openLog();
  await project(log, [card('a')]);
  const { url } = await startGateway(log);
  await log.close();
  const response = await historyOf(url, 'a');
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.text()).not.toMatch(/tmp|closed|lmdb/i);
});
