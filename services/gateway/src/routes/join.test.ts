import { joinAnswerSchema } from '@crewboard/contract';
import { aMachineReport } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { agentRequest, memoryLogger, openLog, reasonOf, startGateway } from '../../test/harness.ts';

const join = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  agentRequest(url, 'POST', '/api/join', null, typeof body === 'string' ? body : JSON.stringify(body), headers);

test('gives a machine a token of its own for the code of an invitation, once', async () => {
  const { logger, lines } = memoryLogger();
  const { url, access } = await startGateway(await openLog(), { logger });
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const response = await join(url, { code, machine: 'laptop' });
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { token, ...identity } = joinAnswerSchema.parse(await response.json());
  expect(identity).toMatchObject({ machine: 'laptop', owner: 'Mara' });
  expect(await access.machineOf(token)).toEqual(identity);
  expect((await agentRequest(url, 'GET', '/api/agent', token)).status).toBe(200);
  expect((await join(url, { code, machine: 'laptop' })).status).toBe(403);
  expect(lines.join()).not.toContain(code.slice(-20));
  expect(lines.join()).not.toContain(token.slice(-20));
});

test('says the same to a code that was used, has expired, was taken back, or never was', async () => {
  const { url, access } = await startGateway(await openLog());
  const invite = (ttlMs?: number) => access.invite({ owner: 'Mara', by: 'Ola', ...(ttlMs ? { ttlMs } : {}) });
  const used = await invite();
  await access.join({ code: used.code, machine: 'laptop' });
  const expired = await invite(1);
  const takenBack = await invite();
  await access.cancelInvite(takenBack.id);
  const answers = new Set<string>();
  for (const code of [used.code, expired.code, takenBack.code, used.code.replace(/.$/, '_'), '__proto__']) {
    const response = await join(url, { code, machine: 'laptop' });
    expect(response.status).toBe(403);
    answers.add(await response.text());
  }
  expect([...answers]).toHaveLength(1);
});

test('of many machines that use one code at the same time, one joins', async () => {
  const { url, access } = await startGateway(await openLog());
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const tries = await Promise.all(Array.from({ length: 5 }, (_, n) => join(url, { code, machine: `laptop-${n}` })));
  expect(tries.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403]);
});

test('a machine that shows its old token stays the same, and the old token ends', async () => {
  const { url, access, token } = await startGateway(await openLog());
  const before = await access.machineOf(token);
  const { code } = await access.invite({ owner: 'Dev', by: 'Ola' });
  const answer = joinAnswerSchema.parse(
    await (await join(url, { code, machine: 'devbox', previousToken: token })).json(),
  );
  expect(answer.machineId).toBe(before?.machineId);
  expect((await agentRequest(url, 'GET', '/api/agent', token)).status).toBe(401);
});

test('a machine that joins under another name leaves its old one, and what it says names both', async () => {
  const log = await openLog();
  const { url, access, token } = await startGateway(log);
  const report = (of: string) => agentRequest(url, 'PUT', '/api/agent/report', of, JSON.stringify(aMachineReport()));
  await report(token);
  const { code } = await access.invite({ owner: 'Dev', by: 'Ola' });
  const joined = await join(url, { code, machine: 'laptop', previousToken: token });
  expect(await log.machines()).toEqual([]);
  await report(joinAnswerSchema.parse(await joined.json()).token);
  expect(await log.machines()).toMatchObject([{ report: { machine: 'laptop' }, formerNames: ['devbox'] }]);
});

test('a name is one line of visible text', async () => {
  const { url, access } = await startGateway(await openLog());
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const answer = joinAnswerSchema.parse(await (await join(url, { code, machine: ' lap\u202etop\n\u0007 ' })).json());
  expect(answer.machine).toBe('laptop');
});

test.each([
  ['lacks the machine', { code: 'x' }],
  ['names the machine with nothing to see', { code: 'x', machine: ' \u200b ' }],
  ['has a name that is too long', { code: 'x', machine: 'x'.repeat(201) }],
  ['has no code', { machine: 'laptop' }],
  ['has no code but a list', { code: ['x'], machine: 'laptop' }],
  ['is no object', '[]'],
  ['is no JSON', '{"code":'],
])('answers 400 to a body that %s, and says what it takes', async (_what, body) => {
  const { url } = await startGateway(await openLog());
  const response = await join(url, body);
  expect(response.status).toBe(400);
  expect(await reasonOf(response)).toMatch(/code, and a name|JSON/);
});

test('answers 413 to more than a code can need, and 415 to what is not JSON', async () => {
  const { url } = await startGateway(await openLog());
  expect((await join(url, { code: 'x'.repeat(5000), machine: 'laptop' })).status).toBe(413);
  expect((await join(url, '{}', { 'content-type': 'text/plain' })).status).toBe(415);
});

test('who guesses codes is put off, from one address and soon from it alone', async () => {
  const { url, access } = await startGateway(await openLog(), { trustProxy: true });
  const from = (address: string, code: string) =>
    join(url, { code, machine: 'laptop' }, { 'x-forwarded-for': address });
  const tries = Array.from({ length: 30 }, () => from('192.0.2.7', 'a guess'));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([403, 429]));
  expect(statuses.filter((status) => status === 403).length).toBeLessThan(10);
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const late = await from('192.0.2.7', code);
  expect(late.status).toBe(429);
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await from('192.0.2.8', code)).status).toBe(200);
});
