import { handOverSchema } from '@crewboard/contract';
import { T0 } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { card, openLog, project, reasonOf, startGateway } from '../../test/harness.ts';

const handOver = (url: string, id: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/sessions/${id}/hand-over`, { method: 'POST', headers });

test('a member is given a note of a session, made of its card and story', async () => {
  const log = await openLog();
  const entry = { kind: 'prompt', at: T0, text: 'Fix the tail reader', by: 'human' } as const;
  await project(log, [card('s', { title: 'Tail reader' })], [], [], [{ sessionId: 's', entry }]);
  const { url } = await startGateway(log, { openTo: { name: 'Ann', role: 'member' } });
  const response = await handOver(url, 's');
  const { note } = handOverSchema.parse(await response.json());
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(note).toContain('Hand-over: Tail reader');
  expect(note).toContain('Fix the tail reader');
  expect((await handOver(url, 'unknown')).status).toBe(404);
});

test('who may only look gets none, nor does another page', async () => {
  const log = await openLog();
  await project(log, [card('s')]);
  const { url } = await startGateway(log, { openTo: { name: 'Bob', role: 'viewer' } });
  const refused = await handOver(url, 's');
  expect(refused.status).toBe(403);
  expect(await reasonOf(refused)).toContain('members');
  expect((await handOver(url, 's', { origin: 'https://elsewhere.example' })).status).toBe(403);
});
