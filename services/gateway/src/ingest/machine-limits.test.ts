import { setTimeout as sleep } from 'node:timers/promises';
import { ingestAnswerSchema } from '@crewboard/contract';
import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import { expect, test, vi } from 'vitest';
import {
  agentRequest,
  lines,
  memoryLogger,
  metric,
  openLog,
  reasonOf,
  startGateway,
  storedEvents,
  type TestGateway,
} from '../../test/harness.ts';
import { sendRaw } from '../../test/raw-http.ts';

const send = ({ url, token }: Pick<TestGateway, 'url' | 'token'>, ...events: unknown[]) =>
  agentRequest(url, 'POST', '/api/ingest', token, lines(events));
const report = ({ url, token }: Pick<TestGateway, 'url' | 'token'>) =>
  agentRequest(url, 'PUT', '/api/agent/report', token, JSON.stringify(aMachineReport()));

const expectLimited = async (
  response: Response,
  gateway: TestGateway,
  limit: string,
  reason: RegExp,
): Promise<number> => {
  expect(response.status).toBe(429);
  expect(await reasonOf(response)).toMatch(reason);
  expect(await metric(gateway.registry, 'crewboard_gateway_machine_limited_total', { limit })).toBeGreaterThan(0);
  const seconds = Number(response.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  return seconds;
};

const event = () => anEvent('PromptSubmitted');

test.each([
  ['events', { eventsPerMinute: 3 }, /more than 3 events/],
  ['bytes', { bytesPerMinute: 1000 }, /more than 1000 bytes/],
] as const)(
  'a machine that sends too many %s is put off, its reports are not, nor is any other machine',
  async (limit, machineLimits, reason) => {
    const log = await openLog(1);
    const gateway = await startGateway(log, { machineLimits });
    const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
    const first = await send(gateway, event(), event(), event(), event(), event());
    expect(first.status, 'what is read already is taken').toBe(200);
    await expectLimited(await send(gateway, event()), gateway, limit, reason);
    expect(await storedEvents(log)).toHaveLength(5);
    expect((await report(gateway)).status).toBe(200);
    expect((await send({ url: gateway.url, token: other.token }, event())).status).toBe(200);
  },
);

test('a machine that is put off is taken after the time that it was told', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log, { machineLimits: { eventsPerMinute: 120 } });
  await send(gateway, ...Array.from({ length: 121 }, event));
  const seconds = await expectLimited(await send(gateway, event()), gateway, 'events', /120/);
  expect(seconds).toBeLessThanOrEqual(2);
  await sleep(seconds * 1000);
  expect((await send(gateway, event())).status).toBe(200);
  expect(await storedEvents(log)).toHaveLength(122);
});

test('a machine that asks too often is put off, whatever it asks, and a person is told once', async () => {
  const { logger, lines: logged } = memoryLogger('warn');
  const gateway = await startGateway(await openLog(), { logger, machineLimits: { requestsPerMinute: 2 } });
  expect((await report(gateway)).status).toBe(200);
  expect((await send(gateway)).status).toBe(200);
  for (const ask of [send, report, send])
    await expectLimited(await ask(gateway), gateway, 'requests', /more than 2 requests/);
  expect(logged.filter((line) => line.includes('over its limit'))).toHaveLength(1);
});

test('a machine that begins too many sessions is put off with those, and goes on with the ones that it has', async () => {
  const log = await openLog(1);
  const gateway = await startGateway(log, { machineLimits: { newSessionsPerDay: 2 } });
  const of = (sessionId: string) => anEvent('PromptSubmitted', { sessionId });
  expect((await send(gateway, of('a'), of('b'))).status).toBe(200);
  const seconds = await expectLimited(
    await send(gateway, of('a'), of('c')),
    gateway,
    'sessions',
    /more than 2 sessions a day/,
  );
  expect(seconds).toBeGreaterThan(3600);
  expect(await storedEvents(log), 'nothing of that batch').toHaveLength(2);
  expect((await send(gateway, of('a'), of('b'))).status).toBe(200);
  const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
  const taken = await send({ url: gateway.url, token: other.token }, of('c'));
  expect(ingestAnswerSchema.parse(await taken.json()).accepted, 'it was nobody’s').toBe(1);
});

test('a machine whose requests trickle holds a few of its own, and no other’s; they are cut off', async () => {
  const gateway = await startGateway(await openLog(), { requestTimeoutMs: 4_000 });
  const other = await gateway.access.issue({ machine: 'other', owner: 'Ola', by: 'test' });
  const head = `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${gateway.token}\r\nContent-Length: 900\r\n\r\n`;
  const slow = Array.from({ length: 4 }, () => sendRaw(gateway.url, [head, ...'{'.repeat(100)], { pauseMs: 100 }));
  await vi.waitFor(async () => {
    await expectLimited(await send(gateway), gateway, 'at_once', /4 requests under way/);
  });
  expect((await send({ url: gateway.url, token: other.token }, event())).status).toBe(200);
  for (const { status } of await Promise.all(slow)) expect([0, 408]).toContain(status);
  await vi.waitFor(async () => expect((await send(gateway)).status).toBe(200));
});
