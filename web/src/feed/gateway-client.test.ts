// @vitest-environment node
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGatewayClient, Refused } from './gateway-client.ts';

type Answer = (response: ServerResponse) => void;

let server: Server;
let asked: string[] = [];
let answer: Answer;
let signedOut = 0;
const client = () => {
  const { port } = server.address() as AddressInfo;
  return createGatewayClient({ base: `http://127.0.0.1:${port}`, onSignedOut: () => signedOut++ });
};
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const problem = (status: number, message: string, headers?: Record<string, string>): Answer =>
  json(status, { statusCode: status, error: 'Error', message }, headers);
const signal = () => AbortSignal.timeout(5_000);

beforeEach(async () => {
  asked = [];
  signedOut = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(`${request.method} ${request.url} ${body}`.trim());
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test('reads what it is told, and drops what it does not know', async () => {
  const machine = { report: aMachineReport(), receivedAt: T0 };
  answer = json(200, { now: T0, machines: [machine], more: 1 });
  expect(await client().machines(signal())).toEqual({ now: T0, machines: [machine] });
});

test('takes no answer for one that is none', async () => {
  answer = json(200, { machines: 'many' });
  await expect(client().machines(signal())).rejects.toThrow();
});

test('hears once for each refused request that nobody is signed in any more', async () => {
  answer = problem(401, 'Sign in first.');
  await expect(client().machines(signal())).rejects.toThrow('Sign in first.');
  await expect(client().revoke('a/b')).rejects.toBeInstanceOf(Refused);
  expect(signedOut).toBe(2);
  expect(asked).toEqual(['GET /api/machines', 'DELETE /api/admin/machines/a%2Fb']);
});

test('takes a wrong password for no end of a sign-in', async () => {
  answer = problem(401, 'That is not a password of this board.');
  await expect(client().signIn({ name: 'Lena', password: 'x' })).rejects.toMatchObject({ status: 401 });
  expect(signedOut).toBe(0);
  expect(asked).toEqual(['POST /api/sign-in {"name":"Lena","password":"x"}']);
});

test('tells how long to wait after too many tries', async () => {
  answer = problem(429, 'Too many tries. Wait a little.', { 'retry-after': '8' });
  await expect(client().signIn({ name: 'Lena', password: 'x' })).rejects.toMatchObject({
    status: 429,
    retryAfterMs: 8_000,
  });
});

test('knows no history of a session that is not on the board', async () => {
  answer = problem(404, 'There is nothing here.');
  expect(await client().history('a b', signal())).toBeNull();
  expect(asked).toEqual(['GET /api/sessions/a%20b/history']);
});

test('has a sentence for an answer without one', async () => {
  answer = (response) => response.writeHead(502).end('<html>Bad gateway</html>');
  await expect(client().invites(signal())).rejects.toThrow('The gateway answers 502.');
});
