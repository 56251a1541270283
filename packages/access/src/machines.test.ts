import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openAccess } from '../test/access-under-test.ts';
import type { Access } from './access.ts';
import type { MachineIdentity } from './machines.ts';
import { joinMachine } from './testing.ts';

const DAY_MS = 24 * 3_600_000;

const rejoin = async (access: Access, owner: string, machine: string, previousToken?: string) => {
  const { code } = await access.invite({ owner, by: owner });
  const joined = await access.join({ code, machine, previousToken });
  if (!joined) throw new Error('a new code was refused');
  return joined;
};
const identityOf = ({ machineId, machine, owner }: MachineIdentity): MachineIdentity => ({ machineId, machine, owner });

it('a token names its machine and owner, and says so of nobody else', async () => {
  const { access } = await openAccess();
  const ann = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
  const bob = await access.issue({ machine: 'tower', owner: 'Bob', by: 'Root' });
  expect(await access.machineOf(ann.token)).toEqual(identityOf(ann));
  expect(await access.machineOf(bob.token)).toEqual({ machineId: bob.machineId, machine: 'tower', owner: 'Bob' });
  expect((await access.machines()).sort((a, b) => (a.machine < b.machine ? -1 : 1))).toEqual([
    { ...identityOf(ann), joinedAt: T0, invitedBy: 'Ann', revokedAt: null },
    { ...identityOf(bob), joinedAt: T0, invitedBy: 'Root', revokedAt: null },
  ]);
});

it('no other text than its token is taken', async () => {
  const { access } = await openAccess();
  const ann = await joinMachine(access, { machine: 'laptop' });
  const bob = await joinMachine(access, { machine: 'tower' });
  const { code } = await access.invite({ owner: 'Ann', by: 'Root' });
  const [, secret = ''] = ann.token.split('.');
  const wrong = ['', ann.machineId, secret, code, `cbm_${bob.machineId}.${secret}`, `${ann.token} `, `${ann.token}\n`];
  wrong.push(`cbm_${ann.machineId}.${'A'.repeat(43)}`, `cbm___proto__.${secret}`, ann.token.replace('cbm', 'cbi'));
  for (const token of wrong) expect(await access.machineOf(token), token).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary-ascii', maxLength: 300 }), async (text) => {
      expect(await access.machineOf(text)).toBeUndefined();
      expect(await access.machineOf(`cbm_${text}`)).toBeUndefined();
      expect(await access.machineOf(`cbm_${ann.machineId}.${text}`)).toBeUndefined();
    }),
  );
});

it('a revoked token ends at once, and the machine stays in the list for 60 days', async () => {
  const { access, wait } = await openAccess();
  const { machineId, token } = await joinMachine(access);
  wait(1000);
  expect(await access.revoke(machineId)).toBe(true);
  expect(await access.machineOf(token)).toBeUndefined();
  expect(await access.revoke(machineId)).toBe(false);
  expect(await access.revoke('nobody')).toBe(false);
  expect(await access.revoke('x'.repeat(10_000))).toBe(false);
  expect(await access.machines()).toMatchObject([{ machineId, revokedAt: T0 + 1000 }]);
  wait(60 * DAY_MS);
  expect(await access.machines()).toEqual([]);
  expect(await access.machineOf(token)).toBeUndefined();
});

it('a damaged record lets nobody in, and the machine joins again', async () => {
  const { access, records } = await openAccess();
  const { machineId, token } = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
  const sound = await records.get('machine', machineId);
  for (const damage of [{ tokenHash: '' }, { tokenHash: 'ab' }, { machine: '' }, { owner: 7 }, { revokedAt: 'x' }]) {
    await records.update('machine', machineId, () => ({ value: { ...(sound as object), ...damage } }));
    expect(await access.machineOf(token)).toBeUndefined();
    expect(await access.machines()).toEqual([]);
    expect(await access.revoke(machineId)).toBe(false);
  }
  const again = await rejoin(access, 'Ann', 'laptop', token);
  expect(await access.machineOf(again.token)).toMatchObject({ machineId, machine: 'laptop' });
});

it('nothing in the store is a secret that lets in', async () => {
  const { access, dir } = await openAccess();
  const { code } = await access.invite({ owner: 'Ann', by: 'Root' });
  const { token, machineId } = await joinMachine(access, { owner: 'Someone to be found' });
  const { cookie } = await access.signIn({ name: 'Ann', role: 'admin', by: 'password', means: 'the team' }, DAY_MS);
  const stored = readFileSync(join(dir, 'data.mdb')).toString('latin1');
  expect(stored).toContain('Someone to be found');
  expect(stored).toContain(machineId);
  for (const secret of [code.split('.')[1], token.split('.')[1], cookie]) expect(stored).not.toContain(secret);
});

describe('a machine that joins again', () => {
  it('is the same one where owner and name are, and its old token ends', async () => {
    const { access } = await openAccess();
    const first = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    const second = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    expect(identityOf(second)).toEqual(identityOf(first));
    expect(await access.machineOf(first.token)).toBeUndefined();
    expect(await access.machineOf(second.token)).toEqual(identityOf(first));
    expect(await access.machines()).toHaveLength(1);
  });

  it('is the same one by its token when it is called otherwise, and its old name is free', async () => {
    const { access } = await openAccess();
    const before = await joinMachine(access, { machine: 'old', owner: 'Ann' });
    const after = await rejoin(access, 'Ann', 'new', before.token);
    expect(after).toMatchObject({ machineId: before.machineId, machine: 'new', formerly: 'old' });
    expect(await access.machineOf(before.token)).toBeUndefined();
    expect(await joinMachine(access, { machine: 'old', owner: 'Bob' })).toMatchObject({ machine: 'old' });
  });

  it('remembers what it was called before, each name once, and not the one that it has', async () => {
    const { access } = await openAccess();
    let { token } = await joinMachine(access, { machine: 'one', owner: 'Ann' });
    expect((await access.machineOf(token))?.formerNames).toBeUndefined();
    for (const machine of ['two', 'three', 'two']) ({ token } = await rejoin(access, 'Ann', machine, token));
    expect((await access.machineOf(token))?.formerNames).toEqual(['one', 'three']);
    for (let n = 0; n < 30; n++) ({ token } = await rejoin(access, 'Ann', `name ${n}`, token));
    const { formerNames = [] } = (await access.machineOf(token)) ?? {};
    expect([formerNames.length, formerNames.at(-1)]).toEqual([10, 'name 28']);
  });

  it('is the same one by its token when it is invited for another owner', async () => {
    const { access } = await openAccess();
    const before = await joinMachine(access, { machine: 'laptop', owner: 'Anne' });
    const after = await rejoin(access, 'Ann', 'laptop', before.token);
    expect(identityOf(after)).toEqual({ machineId: before.machineId, machine: 'laptop', owner: 'Ann' });
    expect(after.formerly).toBeUndefined();
    expect(await access.machineOf(before.token)).toBeUndefined();
  });

  it('is the same one after it was revoked, by its token or by owner and name', async () => {
    const { access } = await openAccess();
    const first = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    await access.revoke(first.machineId);
    const second = await rejoin(access, 'Ann', 'desk', first.token);
    await access.revoke(second.machineId);
    const third = await rejoin(access, 'Ann', 'desk');
    expect(third.machineId).toBe(first.machineId);
    for (const { token } of [first, second]) expect(await access.machineOf(token)).toBeUndefined();
    expect(await access.machines()).toMatchObject([{ machine: 'desk', revokedAt: null }]);
  });

  it('is another one where the token it shows is nobody’s', async () => {
    const { access } = await openAccess();
    const first = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    const forged = first.token.replace(/\..*/, `.${'A'.repeat(43)}`);
    const second = await rejoin(access, 'Bob', 'laptop', forged);
    expect(second.machineId).not.toBe(first.machineId);
    expect(await access.machineOf(first.token)).toEqual(identityOf(first));
  });
});

describe('names', () => {
  it('another owner’s gets a number, and the same one when it joins again', async () => {
    const { access } = await openAccess();
    await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    const bob = await joinMachine(access, { machine: 'laptop', owner: 'Bob' });
    const cleo = await joinMachine(access, { machine: 'laptop', owner: 'Cleo' });
    expect([bob.machine, cleo.machine]).toEqual(['laptop-2', 'laptop-3']);
    expect(identityOf(await joinMachine(access, { machine: 'laptop', owner: 'Cleo' }))).toEqual(identityOf(cleo));
    expect(identityOf(await rejoin(access, 'Bob', 'laptop', bob.token))).toEqual(identityOf(bob));
  });

  it('a machine that wants to be called so is not mistaken for one that got the number', async () => {
    const { access } = await openAccess();
    await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    const wanted = await joinMachine(access, { machine: 'laptop-2', owner: 'Bob' });
    const given = await joinMachine(access, { machine: 'laptop', owner: 'Bob' });
    expect(given.machine).toBe('laptop-3');
    expect(given.machineId).not.toBe(wanted.machineId);
  });

  it('a machine that shows its token does not take the place of its owner’s other one', async () => {
    const { access } = await openAccess();
    const desk = await joinMachine(access, { machine: 'desk', owner: 'Ann' });
    const laptop = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    expect((await rejoin(access, 'Ann', 'desk', laptop.token)).machine).toBe('desk-2');
    expect(await access.machineOf(desk.token)).toEqual(identityOf(desk));
  });

  it('a revoked machine’s stays taken while its sessions may be on the board, then it is free', async () => {
    const { access, wait } = await openAccess();
    const ann = await joinMachine(access, { machine: 'laptop', owner: 'Ann' });
    await access.revoke(ann.machineId);
    expect((await joinMachine(access, { machine: 'laptop', owner: 'Bob' })).machine).toBe('laptop-2');
    wait(60 * DAY_MS);
    expect((await joinMachine(access, { machine: 'laptop', owner: 'Cleo' })).machine).toBe('laptop');
  });

  it('a long one makes room for its number, without cutting a character', async () => {
    const { access } = await openAccess();
    const long = '😀'.repeat(100);
    await joinMachine(access, { machine: long, owner: 'Ann' });
    const { machine, token } = await joinMachine(access, { machine: long, owner: 'Bob' });
    expect(machine).toBe(`${'😀'.repeat(99)}-2`);
    expect(await access.machineOf(token)).toMatchObject({ machine });
  });
});
