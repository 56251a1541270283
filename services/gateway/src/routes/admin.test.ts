import { inviteAnswerSchema, invitesSchema, joinedMachinesSchema } from '@crewboard/contract';
import { aMachineReport } from '@crewboard/contract/testing';
import { expect, test } from 'vitest';
import { memoryLogger, openAccess, openLog, startGateway } from '../../test/harness.ts';
import { PASSWORDS, signIn, signInOptions } from '../../test/sign-in.ts';
import { type Answer, ask } from '../../test/stranger.ts';
import type { GatewayOptions } from '../index.ts';

const startBoard = async (options: Partial<GatewayOptions> = {}) => {
  const log = await openLog();
  const access = await openAccess();
  const gateway = await startGateway(log, { access, signIn: signInOptions(), ...options });
  /** Asks as somebody who has signed in under a name and with a role. */
  const as = async (name: string, role: keyof typeof PASSWORDS) => {
    const cookie = await signIn(gateway.url, { name, password: PASSWORDS[role] });
    return (method: string, path: string, body?: object): Promise<Answer> =>
      ask(gateway.url, {
        method,
        path,
        headers: { cookie, origin: gateway.url, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
  };
  return { ...gateway, log, access, as };
};

const invitesOf = ({ body }: Answer) => invitesSchema.parse(JSON.parse(body)).invites;

test('gives an admin a line to paste that lets one machine of somebody join, once', async () => {
  const { access, as, url } = await startBoard();
  const admin = await as('Ada', 'admin');
  const answer = await admin('POST', '/api/admin/invites', { owner: ' Mara King ' });
  expect(answer.status).toBe(201);
  const { id, joinCommand, expiresAt } = inviteAnswerSchema.parse(JSON.parse(answer.body));
  expect(joinCommand.startsWith(`npx crewboard agent --join ${url}#cbi_`)).toBe(true);
  expect(expiresAt).toBeGreaterThan(Date.now());
  expect(invitesOf(await admin('GET', '/api/admin/invites'))).toEqual([
    expect.objectContaining({ id, owner: 'Mara King', by: 'Ada' }),
  ]);
  const code = joinCommand.slice(joinCommand.indexOf('#') + 1);
  expect(await access.join({ code, machine: 'devbox-1' })).toMatchObject({ owner: 'Mara King' });
  expect(await access.join({ code, machine: 'devbox-2' })).toBeUndefined();
  expect(invitesOf(await admin('GET', '/api/admin/invites'))).toEqual([]);
});

test('names the address that people type in the line', async () => {
  const { as } = await startBoard({ publicUrl: 'https://board.example.com' });
  const answer = await (await as('Ada', 'admin'))('POST', '/api/admin/invites');
  const { joinCommand } = inviteAnswerSchema.parse(JSON.parse(answer.body));
  expect(joinCommand.startsWith('npx crewboard agent --join https://board.example.com#cbi_')).toBe(true);
});

test('lets members invite machines of their own only, and see and take back no others', async () => {
  const { access, as } = await startBoard();
  const mara = await as('Mara King', 'member');
  const admin = await as('Ada', 'admin');
  const { id: foreign } = await access.invite({ owner: 'Ada', by: 'Ada' });
  await mara('POST', '/api/admin/invites', { owner: 'Ada' });
  const own = invitesOf(await mara('GET', '/api/admin/invites'));
  expect(own).toEqual([expect.objectContaining({ owner: 'Mara King', by: 'Mara King' })]);
  expect(invitesOf(await admin('GET', '/api/admin/invites'))).toHaveLength(2);
  expect((await mara('DELETE', `/api/admin/invites/${foreign}`)).status).toBe(404);
  expect((await mara('DELETE', `/api/admin/invites/${own[0]?.id}`)).status).toBe(204);
  expect((await admin('DELETE', `/api/admin/invites/${own[0]?.id}`)).status).toBe(404);
  expect((await admin('DELETE', `/api/admin/invites/${foreign}`)).status).toBe(204);
  expect(await access.invites()).toEqual([]);
});

test('lets viewers look, and nothing else', async () => {
  const { access, as } = await startBoard();
  const viewer = await as('Eve', 'viewer');
  const member = await as('Mara King', 'member');
  expect((await viewer('POST', '/api/admin/invites')).status).toBe(403);
  expect((await viewer('GET', '/api/admin/invites')).status).toBe(403);
  expect((await member('GET', '/api/admin/machines')).status).toBe(403);
  expect((await member('DELETE', '/api/admin/machines/x')).status).toBe(403);
  expect((await viewer('GET', '/api/board')).status).toBe(200);
  expect(await access.invites()).toEqual([]);
});

test('lists the machines to admins without what they show as theirs, and ends one for good', async () => {
  const { access, as, url } = await startBoard();
  const admin = await as('Ada', 'admin');
  const { token, machineId } = await access.issue({ machine: 'devbox-1', owner: 'Mara King', by: 'Ada' });
  const listed = await admin('GET', '/api/admin/machines');
  expect(listed.body).not.toContain('tokenHash');
  expect(joinedMachinesSchema.parse(JSON.parse(listed.body)).machines).toContainEqual({
    machineId,
    machine: 'devbox-1',
    owner: 'Mara King',
    joinedAt: expect.any(Number),
    invitedBy: 'Ada',
    revokedAt: null,
  });
  const hello = async () =>
    (await ask(url, { path: '/api/agent', headers: { authorization: `Bearer ${token}` } })).status;
  expect(await hello()).toBe(200);
  expect((await admin('DELETE', `/api/admin/machines/${machineId}`)).status).toBe(204);
  expect(await hello()).toBe(401);
  const after = joinedMachinesSchema.parse(JSON.parse((await admin('GET', '/api/admin/machines')).body));
  expect(after.machines.find((machine) => machine.machineId === machineId)?.revokedAt).toBeGreaterThan(0);
  // Where the first time did not come to its end, a second does what was left.
  expect((await admin('DELETE', `/api/admin/machines/${machineId}`)).status).toBe(204);
  expect((await admin('DELETE', '/api/admin/machines/nobody')).status).toBe(404);
});

test('takes the report of a machine away with it', async () => {
  const { access, as, log } = await startBoard();
  const admin = await as('Ada', 'admin');
  const first = await access.issue({ machine: 'devbox-1', owner: 'Mara King', by: 'Ada' });
  await log.saveMachine({ report: aMachineReport({ machine: 'devbox-1' }), receivedAt: 1 });
  await admin('DELETE', `/api/admin/machines/${first.machineId}`);
  expect(await log.machines()).toEqual([]);
});

test.each([{ owner: '' }, { owner: 'Mara\u0000King' }, { owner: 7 }, []])(
  'refuses an invitation for %j',
  async (body) => {
    const { as } = await startBoard();
    expect((await (await as('Ada', 'admin'))('POST', '/api/admin/invites', body)).status).toBe(400);
  },
);

test('logs who invited and ended what, and never a code', async () => {
  const { logger, lines } = memoryLogger('trace');
  const { access, as } = await startBoard({ logger });
  const admin = await as('Ada', 'admin');
  const { joinCommand } = inviteAnswerSchema.parse(JSON.parse((await admin('POST', '/api/admin/invites')).body));
  const { machineId } = await access.issue({ machine: 'devbox-1', owner: 'Mara King', by: 'Ada' });
  await admin('DELETE', `/api/admin/machines/${machineId}`);
  const log = lines.join('');
  expect(log).toContain('machine invited');
  expect(log).toContain('machine revoked');
  expect(log).not.toContain(joinCommand.slice(joinCommand.lastIndexOf('.') + 1));
});
