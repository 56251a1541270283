import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { joinAnswerSchema } from '@crewboard/contract';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startSolo, untilBoard } from '../support/board.ts';
import { scratchDir } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

const command = fileURLToPath(new URL('../../cli/bin/crewboard.js', import.meta.url));

/** Runs `crewboard token …` as a person on the server does. */
const token = async (env: Record<string, string>, ...args: string[]) => {
  const child = spawn(process.execPath, [command, 'token', ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  const [out, note, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, note, code: code as number };
};

const listSchema = z.object({
  machines: z.array(z.object({ machine: z.string(), machineId: z.string(), revokedAt: z.number().nullable() })),
  invites: z.array(z.object({ id: z.string(), owner: z.string() })),
});
const listed = async (env: Record<string, string>) =>
  listSchema.parse(JSON.parse((await token(env, 'list', '--json')).out));

it('`crewboard token` works beside a board that runs: who is invited joins, who is revoked is refused at once', {
  timeout: 60_000,
}, async () => {
  const home = await scratchDir();
  const board = await startSolo(home);
  await untilBoard(board.url, () => undefined);
  const env = { HOME: home, CREWBOARD_DATA_DIR: `${home}/.crewboard`, CREWBOARD_PUBLIC_URL: board.url };

  const invited = await token(env, 'invite', '--owner', 'Ann');
  expect(invited).toMatchObject({ code: 0, note: expect.stringMatching(/once, within 24 h.*this machine only/s) });
  const [, address, code] = /^npx crewboard agent --join (\S+)#(\S+)\n$/.exec(invited.out) ?? [];
  expect(address).toBe(board.url);
  const join = () =>
    fetch(`${address}/api/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, machine: 'laptop' }),
    });
  const joined = joinAnswerSchema.parse(await (await join()).json());
  expect(joined).toMatchObject({ machine: 'laptop', owner: 'Ann' });
  expect((await join()).status).not.toBe(200);
  const greet = async () =>
    (await fetch(`${address}/api/agent`, { headers: { authorization: `Bearer ${joined.token}` } })).status;
  expect(await greet()).toBe(200);
  expect(await listed(env)).toMatchObject({
    machines: [{ machineId: joined.machineId, revokedAt: null }],
    invites: [],
  });

  expect(await token(env, 'revoke', 'laptop')).toMatchObject({ code: 0, out: expect.stringContaining('is cut off') });
  await expect.poll(greet, { timeout: 5_000 }).toBe(401);
  const again = await token(env, 'revoke', 'laptop');
  expect(again).toMatchObject({ code: 1, out: '', note: expect.stringMatching(/was revoked .* already/) });
  expect(await token(env, 'invite')).toMatchObject({ code: 1, out: '', note: expect.stringContaining('--owner') });
});

it('`crewboard token` works on the store of a team’s Redis, as in the gateway’s container', {
  timeout: 60_000,
}, async () => {
  const redis = await startRedis();
  try {
    const { host, password } = new URL(redis.url);
    const env = { HOME: '/nonexistent', REDIS_URL: `redis://${host}`, REDIS_PASSWORD: password };
    const issued = await token(env, 'issue', '--machine', 'ci', '--owner', 'CI');
    expect(issued).toMatchObject({ code: 0, out: expect.stringMatching(/^cbm_\S+\n$/) });
    await token({ ...env, HOST: '0.0.0.0' }, 'invite', '--owner', 'Bob', '--url', 'https://board.example.com');
    const { machines, invites } = await listed(env);
    expect(machines).toMatchObject([{ machine: 'ci', revokedAt: null }]);
    expect(invites).toMatchObject([{ owner: 'Bob' }]);
    expect((await token(env, 'cancel', invites[0]?.id ?? '')).code).toBe(0);
    expect((await token(env, 'cancel', invites[0]?.id ?? '')).code).toBe(1);
    await redis.kill();
    const away = await token(env, 'list');
    expect(away).toMatchObject({ code: 1, out: '', note: expect.stringContaining(host) });
    expect(away.note).not.toContain(password);
  } finally {
    await redis.stop();
  }
});
