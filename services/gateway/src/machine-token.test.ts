import { agentAnswerSchema } from '@crewboard/contract';
import { aMachineReport, anEvent } from '@crewboard/contract/testing';
import { describe, expect, test } from 'vitest';
import { agentRequest, lines, memoryLogger, openAccess, openLog, startGateway, storedEvents } from '../test/harness.ts';

const requests = [
  ['GET', '/api/agent', undefined],
  ['POST', '/api/ingest', lines([anEvent('TurnEnded')])],
  ['PUT', '/api/agent/report', JSON.stringify(aMachineReport())],
  ['POST', '/api/agent/forget', JSON.stringify({ sessionIds: ['session-1'] })],
] as const;

describe.each(requests)('%s %s', (method, path, body) => {
  test.each([
    ['no token', () => null],
    ['a token of nobody', (token: string) => token.replace(/(?<=\.)./, (first) => (first === 'x' ? 'y' : 'x'))],
    ['a part of a token', (token: string) => token.slice(0, -1)],
    ['more than a token', (token: string) => `${token}x`],
    ['the token of another kind', (token: string) => token.replace('cbm_', 'cbi_')],
    ['a name that is no own property', () => 'cbm___proto__ab.constructor'],
  ])('answers 401 to %s, and keeps nothing', async (_what, wrong) => {
    const log = await openLog();
    const gateway = await startGateway(log);
    const response = await agentRequest(gateway.url, method, path, wrong(gateway.token), body);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await storedEvents(log)).toEqual([]);
    expect(await log.machines()).toEqual([]);
  });

  test('answers 401 from the moment on in which the token is revoked', async () => {
    const { logger, lines: logged } = memoryLogger();
    const gateway = await startGateway(await openLog(), { logger });
    const { machineId, token } = await gateway.access.issue({ machine: 'laptop', owner: 'Mara', by: 'test' });
    expect((await agentRequest(gateway.url, method, '/api/agent', token)).status).toBeLessThan(500);
    await gateway.access.revoke(machineId);
    expect((await agentRequest(gateway.url, method, path, token, body)).status).toBe(401);
    expect(logged.join()).not.toContain(token.slice(-20));
  });
});

test('tells a machine who it is, the board’s clock and version, and the same salt as every other machine', async () => {
  const gateway = await startGateway(await openLog());
  const mara = await gateway.access.issue({ machine: 'laptop', owner: 'Mara', by: 'test' });
  const before = Date.now();
  const response = await agentRequest(gateway.url, 'GET', '/api/agent', mara.token);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const answer = agentAnswerSchema.parse(await response.json());
  expect(answer).toMatchObject({ machineId: mara.machineId, machine: 'laptop', owner: 'Mara' });
  expect(answer.boardVersion).toMatch(/^\d+\.\d+\.\d+/);
  expect(answer.now).toBeGreaterThanOrEqual(before);
  expect(answer.now).toBeLessThanOrEqual(Date.now());
  const other = await agentRequest(gateway.url, 'GET', '/api/agent', gateway.token);
  expect(agentAnswerSchema.parse(await other.json()).repositorySalt).toBe(answer.repositorySalt);
});

test('answers 503 while nobody can tell whose a token is', async () => {
  const access = await openAccess();
  const gateway = await startGateway(await openLog(), { access });
  await access.close();
  for (const [method, path, body] of requests) {
    const response = await agentRequest(gateway.url, method, path, gateway.token, body);
    expect([path, response.status]).toEqual([path, 503]);
    expect(await response.text()).not.toMatch(/tmp|closed|lmdb/i);
  }
});
