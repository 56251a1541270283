import { machinesSchema } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { memoryLogger, openLog, startGateway, TOKEN } from '../../test/harness.ts';
import { problemSchema } from '../problem.ts';
import { reportAnswerSchema } from './machines.ts';

interface Send {
  token?: string | null;
  headers?: Record<string, string>;
}

const put = (url: string, machine: string, body: string, { token = TOKEN, headers = {} }: Send = {}) =>
  fetch(`${url}/api/machines/${encodeURIComponent(machine)}`, {
    method: 'PUT',
    body,
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });

const reasonOf = async (response: Response): Promise<string> => problemSchema.parse(await response.json()).message;
const machinesOf = async (url: string) =>
  machinesSchema.parse(await (await fetch(`${url}/api/machines`)).json()).machines;

test('keeps the last report of each machine, with the board’s own time, and answers that time', async () => {
  const log = await openLog();
  const { url } = await startGateway(log);
  expect(await machinesOf(url)).toEqual([]);
  const reports = [
    aMachineReport({ machine: 'laptop' }),
    aMachineReport({ machine: 'Büro 2/3', clientVersions: { '2.1.330': 4 } }),
    aMachineReport({ machine: 'laptop', at: T0 + 10_000, clockSkewMs: -1200 }),
  ];
  const received: number[] = [];
  for (const report of reports) {
    const before = Date.now();
    const response = await put(url, report.machine, JSON.stringify(report));
    expect(response.status).toBe(200);
    const { now } = reportAnswerSchema.parse(await response.json());
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    received.push(now);
  }
  const expected = [
    { report: reports[1], receivedAt: received[1] },
    { report: reports[2], receivedAt: received[2] },
  ];
  expect(await machinesOf(url)).toEqual(expected);
  expect(await log.machines()).toEqual(expect.arrayContaining(expected));
});

test.each([
  ['no token', null],
  ['another token', 'another-token-entirely'],
])('refuses a report with %s', async (_what, token) => {
  const { url } = await startGateway(await openLog());
  const response = await put(url, 'devbox', JSON.stringify(aMachineReport()), { token });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await machinesOf(url)).toEqual([]);
});

test('refuses every report where no token is set, says so, and still tells of machines', async () => {
  const { url } = await startGateway(await openLog(), { ingestToken: undefined });
  const response = await put(url, 'devbox', JSON.stringify(aMachineReport()));
  expect(response.status).toBe(403);
  expect(await reasonOf(response)).toContain('CREWBOARD_INGEST_TOKEN');
  expect(await machinesOf(url)).toEqual([]);
});

test('takes no report from a page of another origin, whatever token it has', async () => {
  const { url } = await startGateway(await openLog());
  const headers = { origin: 'https://evil.example' };
  expect((await put(url, 'devbox', JSON.stringify(aMachineReport()), { headers })).status).toBe(403);
});

const manyVersions = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`2.1.${n}`, 1]));

test.each([
  ['is of another machine', JSON.stringify(aMachineReport({ machine: 'other' })), /another machine/],
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
  const { url } = await startGateway(await openLog());
  const response = await put(url, 'devbox', body);
  expect(response.status).toBe(400);
  expect(await reasonOf(response)).toMatch(reason);
  expect(await machinesOf(url)).toEqual([]);
});

test.each([65 * 1024, 9 * 1024 * 1024])('answers 413 to %i bytes', async (bytes) => {
  const { url } = await startGateway(await openLog());
  const response = await put(url, 'devbox', JSON.stringify({ ...aMachineReport(), more: 'x'.repeat(bytes) }));
  expect(response.status).toBe(413);
});

test('answers 415 to what is not JSON', async () => {
  const { url } = await startGateway(await openLog());
  const headers = { 'content-type': 'text/plain' };
  expect((await put(url, 'devbox', JSON.stringify(aMachineReport()), { headers })).status).toBe(415);
});

test('answers 503 with Retry-After while the log is away, and tells nothing of the inside', async () => {
  const log = await openLog();
  const { logger } = memoryLogger();
  const { url } = await startGateway(log, { logger });
  await log.close();
  for (const response of [
    await put(url, 'devbox', JSON.stringify(aMachineReport())),
    await fetch(`${url}/api/machines`),
  ]) {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.text()).not.toMatch(/tmp|closed|lmdb/i);
  }
});
