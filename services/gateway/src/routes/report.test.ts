import { type Machine, machinesSchema, reportAnswerSchema } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { agentRequest, openLog, reasonOf, startGateway, type TestGateway } from '../../test/harness.ts';

const put = ({ url, token }: Pick<TestGateway, 'url' | 'token'>, body: string, headers: Record<string, string> = {}) =>
  agentRequest(url, 'PUT', '/api/agent/report', token, body, headers);

const machinesOf = async ({ url }: Pick<TestGateway, 'url'>): Promise<Machine[]> =>
  machinesSchema.parse(await (await fetch(`${url}/api/machines`)).json()).machines;

test('keeps the last report of each machine, with the board’s own time, and answers that time', async () => {
  const log = await openLog();
  const { url, access } = await startGateway(log);
  expect(await machinesOf({ url })).toEqual([]);
  const laptop = await access.issue({ machine: 'laptop', owner: 'Mara', by: 'test' });
  const office = await access.issue({ machine: 'Büro 2/3', owner: 'Ola', by: 'test' });
  const sent = [
    { of: laptop, report: aMachineReport() },
    { of: office, report: aMachineReport({ clientVersions: { '2.1.330': 4 } }) },
    { of: laptop, report: aMachineReport({ at: T0 + 10_000, clockSkewMs: -1200 }) },
  ];
  const received: number[] = [];
  for (const { of, report } of sent) {
    const before = Date.now();
    const response = await put({ url, token: of.token }, JSON.stringify(report));
    expect(response.status).toBe(200);
    const { now } = reportAnswerSchema.parse(await response.json());
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    received.push(now);
  }
  const expected = [
    { report: { ...sent[1]?.report, machine: 'Büro 2/3', owner: 'Ola' }, receivedAt: received[1] },
    { report: { ...sent[2]?.report, machine: 'laptop', owner: 'Mara' }, receivedAt: received[2] },
  ];
  expect(await machinesOf({ url })).toEqual(expected);
  expect(await log.machines()).toEqual(expect.arrayContaining(expected));
});

test('takes machine and owner from the token, whatever the report says', async () => {
  const gateway = await startGateway(await openLog());
  const report = aMachineReport({ machine: 'the boss’s', owner: 'Boss' });
  expect((await put(gateway, JSON.stringify(report))).status).toBe(200);
  expect(await machinesOf(gateway)).toMatchObject([{ report: { machine: 'devbox', owner: 'Dev' } }]);
});

test('takes the reports of agents that are a little older or newer', async () => {
  const gateway = await startGateway(await openLog());
  const { privacy: _privacy, ...older } = aMachineReport();
  expect((await put(gateway, JSON.stringify(older))).status).toBe(200);
  expect(await machinesOf(gateway)).toMatchObject([{ report: older }]);
  const newer = { ...aMachineReport(), agentVersion: '0.3.0', mood: 'good', hooks: { ...older.hooks, mood: 'good' } };
  expect((await put(gateway, JSON.stringify(newer))).status).toBe(200);
  expect(await machinesOf(gateway)).toMatchObject([{ report: { ...older, agentVersion: '0.3.0' } }]);
  expect(JSON.stringify(await machinesOf(gateway))).not.toContain('mood');
});

test('takes no report from a page of another origin, whatever token it has', async () => {
  const gateway = await startGateway(await openLog());
  const headers = { origin: 'https://evil.example' };
  expect((await put(gateway, JSON.stringify(aMachineReport()), headers)).status).toBe(403);
});

const manyVersions = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`2.1.${n}`, 1]));

test.each([
  [
    'lacks a field',
    JSON.stringify({ ...aMachineReport(), presence: { isKept: true, live: 1 } }),
    /presence\.unreadable/,
  ],
  ['counts too many names', JSON.stringify(aMachineReport({ clientVersions: manyVersions })), /clientVersions: .*50/],
  ['is no object', '[]', /no report/],
  ['is no JSON', '{"machine":', /JSON/],
  ['is empty', '', /empty/],
])('answers 400 with the reason to a report that %s', async (_what, body, reason) => {
  const gateway = await startGateway(await openLog());
  const response = await put(gateway, body);
  expect(response.status).toBe(400);
  expect(await reasonOf(response)).toMatch(reason);
  expect(await machinesOf(gateway)).toEqual([]);
});

test.each([65 * 1024, 9 * 1024 * 1024])('answers 413 to %i bytes', async (bytes) => {
  const gateway = await startGateway(await openLog());
  const response = await put(gateway, JSON.stringify({ ...aMachineReport(), more: 'x'.repeat(bytes) }));
  expect(response.status).toBe(413);
});

test('answers 415 to what is not JSON', async () => {
  const gateway = await startGateway(await openLog());
  const headers = { 'content-type': 'text/plain' };
  expect((await put(gateway, JSON.stringify(aMachineReport()), headers)).status).toBe(415);
});

test('answers 503 with Retry-After while the log is away, and tells nothing of the inside', async () => {
  const log = await openLog();
  const gateway = await startGateway(log);
  await log.close();
  for (const response of [
    await put(gateway, JSON.stringify(aMachineReport())),
    await fetch(`${gateway.url}/api/machines`),
  ]) {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.text()).not.toMatch(/tmp|closed|lmdb/i);
  }
});
