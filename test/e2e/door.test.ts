import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inviteAnswerSchema, joinedMachinesSchema, machinesSchema } from '@crewboard/contract';
import { expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { startSolo } from '../support/board.ts';
import { createBoardClient } from '../support/board-client.ts';
import { scratchDir, startCommand } from '../support/program.ts';
import { openRecording } from '../support/recording.ts';

const PASSWORD = 'a password of the team';
const ADMIN_PASSWORD = 'keeper of the keys';
const PATIENCE = { timeout: 60_000, interval: 50 };
const crewboard = fileURLToPath(new URL('../../cli/bin/crewboard.js', import.meta.url));

it.each([{ HOST: '0.0.0.0' }, { CREWBOARD_PUBLIC_URL: 'https://board.example.com' }])(
  'crewboard up refuses to open a board to others without sign-in, and says what to set: %o',
  async (env) => {
    const board = await startSolo(await scratchDir(), env);
    expect(await board.exited).toBe(1);
    for (const advice of ['CREWBOARD_PASSWORD', 'CREWBOARD_ADMIN_PASSWORD', 'CREWBOARD_OPEN=true']) {
      expect(board.output()).toContain(advice);
    }
    expect(board.output()).not.toMatch(/\n\s+at /);
  },
);

it('crewboard up is a small team’s board without Redis: people sign in, a machine joins, and what is ended is over within 5 s', {
  timeout: 180_000,
}, async () => {
  const solo = await startSolo(await scratchDir(), {
    HOST: '0.0.0.0',
    CREWBOARD_PASSWORD: PASSWORD,
    CREWBOARD_ADMIN_PASSWORD: ADMIN_PASSWORD,
  });
  const board = createBoardClient(solo.url);
  await vi.waitFor(() => board.isReady(), PATIENCE);
  expect((await board.request('/api/board')).status).toBe(401);
  const cookie = await board.signIn('Ada', ADMIN_PASSWORD);
  const fromPage = { origin: solo.url };

  const answer = await board.request('/api/admin/invites', {
    method: 'POST',
    headers: { ...fromPage, 'content-type': 'application/json' },
    body: JSON.stringify({ owner: 'Mara King' }),
  });
  const { joinCommand } = inviteAnswerSchema.parse(await answer.json());
  const home = await scratchDir();
  await mkdir(join(home, '.claude'), { recursive: true });
  const recording = await openRecording(join(home, '.claude'), 'approve');
  await recording.begin();
  // The very line that a person pastes, but for the name of the package.
  const args = joinCommand.replace('npx crewboard ', '').split(' ');
  const agent = startCommand(process.execPath, [crewboard, ...args, '--machine', 'mara-laptop'], {
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CREWBOARD_DATA_DIR: join(home, '.crewboard'),
  });
  await vi.waitFor(async () => {
    const session = (await board.sessions()).get(recording.sessionId);
    expect([session?.owner, session?.machine]).toEqual(['Mara King', 'mara-laptop']);
  }, PATIENCE);

  // The sessions of the board's own machine are seen by others now, so no more of them is shown than would leave it.
  await vi.waitFor(async () => {
    const { machines } = machinesSchema.parse(await (await board.request('/api/machines')).json());
    const tiers = machines.map(({ report }) => report.privacy?.tier);
    expect(tiers).toEqual(['summary', 'summary']);
  }, PATIENCE);

  // Revoked: the agent hears it, and the board takes nothing of it any more.
  const { machines } = joinedMachinesSchema.parse(await (await board.request('/api/admin/machines')).json());
  const revoked = await board.request(`/api/admin/machines/${machines[0]?.machineId}`, {
    method: 'DELETE',
    headers: fromPage,
  });
  expect(revoked.status).toBe(204);
  await vi.waitFor(() => expect(agent.output()).toMatch(/401|revoked|refused/), PATIENCE);

  // Signed out: the open page is let go of.
  const feed = new WebSocket(`${solo.url.replace('http', 'ws')}/api/feed`, { headers: { cookie, ...fromPage } });
  const closed = new Promise<number>((resolve) => feed.on('close', resolve));
  await new Promise((resolve, reject) => feed.on('message', resolve).on('error', reject));
  const signedOutAt = performance.now();
  await board.request('/api/sign-out', { method: 'POST', headers: fromPage });
  expect(await closed).toBe(4401);
  console.log(`the feed was closed ${((performance.now() - signedOutAt) / 1000).toFixed(1)} s after the sign-out`);
  expect(performance.now() - signedOutAt).toBeLessThan(5000);
  expect((await board.request('/api/board')).status).toBe(401);
});
