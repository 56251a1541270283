import { type Session, storyEntrySchema } from '@crewboard/contract';
import { anEvent } from '@crewboard/contract/testing';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createBoardClient } from '../support/board-client.ts';
import { freePort } from '../support/port.ts';
import { startCommand, startProgram } from '../support/program.ts';
import { crewboard, PASSWORD, PATIENCE, startTeamBoard } from '../support/team-board.ts';

it('two people at two gateways see who looks at an ask, through a crash and a rebuild, until it is answered', {
  timeout: 120_000,
}, async () => {
  const board = await startTeamBoard();
  const env = { REDIS_URL: board.redis.url, LOG_LEVEL: 'warn' };
  const port = await freePort();
  startProgram('services/gateway.js', [], { ...env, PORT: String(port), CREWBOARD_PASSWORD: PASSWORD });
  const other = `http://127.0.0.1:${port}`;
  const noa = createBoardClient(other);
  await vi.waitFor(() => noa.isReady(), PATIENCE);
  await noa.signIn('Noa', PASSWORD);
  const lea = board.client;

  const token = await board.issueToken('devbox', 'Dev');
  const now = Date.now();
  const waits = anEvent('PresenceChanged', { occurredAt: now, data: { status: 'waiting' } });
  await lea.post([anEvent('PermissionRequested', { occurredAt: now }), waits], token);
  const seenBy = async (viewer: typeof lea): Promise<Session | undefined> => (await viewer.sessions()).get('session-1');
  const bothSee = async (claimer: string | undefined): Promise<void> => {
    for (const viewer of [lea, noa]) {
      await vi.waitFor(async () => {
        const session = await seenBy(viewer);
        expect([session !== undefined, session?.claim?.by]).toEqual([true, claimer]);
      }, PATIENCE);
    }
  };
  await bothSee(undefined);

  const on = (await seenBy(noa))?.attention?.id;
  const claim = (viewer: typeof lea, url: string, insteadOf?: string) =>
    viewer.request('/api/sessions/session-1/claim', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ on, insteadOf }),
    });
  expect((await claim(lea, board.url)).status).toBe(204);
  await bothSee('Lea');
  expect((await claim(noa, other)).status).toBe(409);
  expect((await claim(noa, other, 'Lea')).status).toBe(204);
  await bothSee('Noa');

  const [, status] = board.services;
  await status?.kill();
  const rebuild = startCommand(process.execPath, [crewboard, 'rebuild'], env);
  expect([await rebuild.exited, rebuild.output()]).toMatchObject([0, expect.stringContaining('forgotten')]);
  startProgram('services/status.js', [], { ...env, HEALTH_PORT: String(await freePort()) });
  await bothSee('Noa');

  const goesOn = anEvent('PresenceChanged', { occurredAt: Date.now(), data: { status: 'busy' } });
  await lea.post([goesOn, anEvent('ToolFinished', { occurredAt: Date.now() })], token);
  await bothSee(undefined);
  const told = await (await noa.request('/api/sessions/session-1/story')).json();
  const { story } = z.object({ story: z.array(storyEntrySchema) }).parse(told);
  expect(story.filter(({ kind }) => kind === 'claim')).toMatchObject([
    { by: 'Lea', how: 'taken' },
    { by: 'Noa', how: 'taken' },
  ]);
});
