import { joinAnswerSchema } from '@crewboard/contract';
import { aMachineReport, T0 } from '@crewboard/contract/testing';
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
  for (const code of [used.code, expired.code, takenBack.code, used.code.replace(/.$/, '_'), 'a guess', '__proto__']) {
    const response = await join(url, { code, machine: 'laptop' });
    expect(response.status).toBe(403);
    answers.add(await response.text());
  }
  expect([...answers]).toHaveLength(1);
});

test('of many machines that use one code at the same time, one joins', async () => {
  const { url, access } = await startGateway(await openLog());
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const tries = await Promise.all(Array.from({ length: 8 }, (_, n) => join(url, { code, machine: `laptop-${n}` })));
  expect(tries.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 403)]);
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

test('a machine that is called otherwise now leaves no report under its old name', async () => {
  const log = await openLog();
  const { url, access, token } = await startGateway(log);
  const { machine = '' } = (await access.machineOf(token)) ?? {};
  await log.saveMachine({ report: aMachineReport({ machine }), receivedAt: T0 });
  const { code } = await access.invite({ owner: 'Dev', by: 'Ola' });
  const response = await join(url, { code, machine: 'another name', previousToken: token });
  expect(joinAnswerSchema.parse(await response.json()).machine).toBe('another name');
  expect(await log.machines()).toEqual([]);
});

test('a name is one line of visible text', async () => {
  const { url, access } = await startGateway(await openLog());
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const answer = joinAnswerSchema.parse(await (await join(url, { code, machine: ' lap\u202etop\n\u0007 ' })).json());
  expect(answer.machine).toBe('laptop');
});

test.each([
  ['lacks the machine', { code: 'x' }, /machine/],
  ['names the machine with nothing to see', { code: 'x', machine: ' \u200b ' }, /machine/],
  ['has no code', { machine: 'laptop' }, /code/],
  ['is no object', '[]', /join/],
  ['is no JSON', '{"code":', /JSON/],
])('answers 400 with the reason to a body that %s', async (_what, body, reason) => {
  const { url } = await startGateway(await openLog());
  const response = await join(url, body);
  expect(response.status).toBe(400);
  expect(await reasonOf(response)).toMatch(reason);
});

test('answers 413 to more than a code can need, and 415 to what is not JSON', async () => {
  const { url } = await startGateway(await openLog());
  expect((await join(url, { code: 'x'.repeat(5000), machine: 'laptop' })).status).toBe(413);
  expect((await join(url, '{}', { 'content-type': 'text/plain' })).status).toBe(415);
});

test('who guesses codes is put off', async () => {
  const { url, access } = await startGateway(await openLog());
  const tries = Array.from({ length: 70 }, () => join(url, { code: 'a guess', machine: 'laptop' }));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  const { code } = await access.invite({ owner: 'Mara', by: 'Ola' });
  const late = await join(url, { code, machine: 'laptop' });
  expect(late.status).toBe(429);
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
});
