import { T0 } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openAccess } from '../test/access-under-test.ts';
import { INVITE_TTL_MS } from './invites.ts';

const HOUR_MS = 3_600_000;

it('an invitation lets one machine join, once', async () => {
  const { access } = await openAccess();
  const { code, id, expiresAt } = await access.invite({ owner: 'Ann', by: 'Root' });
  expect(expiresAt).toBe(T0 + INVITE_TTL_MS);
  expect(await access.invites()).toEqual([{ id, owner: 'Ann', by: 'Root', createdAt: T0, expiresAt }]);
  expect(await access.join({ code, machine: 'laptop' })).toMatchObject({ machine: 'laptop', owner: 'Ann' });
  expect(await access.invites()).toEqual([]);
  expect(await access.join({ code, machine: 'laptop' })).toBeUndefined();
});

it('of many that use a code at the same time, one joins', async () => {
  const { access } = await openAccess();
  const { code } = await access.invite({ owner: 'Ann', by: 'Root' });
  const machines = Array.from({ length: 20 }, (_, n) => `laptop ${n}`);
  const joined = await Promise.all(machines.map((machine) => access.join({ code, machine })));
  expect(joined.filter((each) => each !== undefined)).toHaveLength(1);
  expect(await access.machines()).toHaveLength(1);
});

it('an invitation ends at its time', async () => {
  const { access, wait } = await openAccess();
  const day = await access.invite({ owner: 'Ann', by: 'Root' });
  const hour = await access.invite({ owner: 'Ann', by: 'Root', ttlMs: HOUR_MS });
  wait(HOUR_MS);
  expect(await access.join({ code: hour.code, machine: 'a' })).toBeUndefined();
  expect((await access.invites()).map(({ id }) => id)).toEqual([day.id]);
  wait(INVITE_TTL_MS - HOUR_MS - 1);
  expect(await access.join({ code: day.code, machine: 'a' })).toBeDefined();
});

it('an invitation is cancelled once, by its id', async () => {
  const { access } = await openAccess();
  const { id, code } = await access.invite({ owner: 'Ann', by: 'Root' });
  expect(await access.cancelInvite(code)).toBe(false);
  expect(await access.cancelInvite('x'.repeat(10_000))).toBe(false);
  expect(await access.cancelInvite(id)).toBe(true);
  expect(await access.cancelInvite(id)).toBe(false);
  expect(await access.join({ code, machine: 'laptop' })).toBeUndefined();
});

it('no other text than its code lets in, and trying harms no invitation', async () => {
  const { access } = await openAccess();
  const { code } = await access.invite({ owner: 'Ann', by: 'Root' });
  const other = await access.invite({ owner: 'Bob', by: 'Root' });
  const [, secret = ''] = code.split('.');
  const wrong = ['', code.slice(1), ` ${code}`, `${code}\n`, `${code}.`, `${code}x`, code.toUpperCase(), secret];
  wrong.push(code.replace('cbi_', 'cbm_'), `${other.code.split('.')[0]}.${secret}`, code.slice(0, -1));
  for (const text of wrong) expect(await access.join({ code: text, machine: 'a' }), text).toBeUndefined();
  const edited = fc.tuple(fc.nat(code.length), fc.nat(3), fc.string({ unit: 'binary-ascii', maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(edited, async ([at, cut, put]) => {
      const text = code.slice(0, at) + put + code.slice(at + cut);
      fc.pre(text !== code);
      expect(await access.join({ code: text, machine: 'a' })).toBeUndefined();
    }),
  );
  expect(await access.join({ code, machine: 'a' })).toBeDefined();
  expect(await access.join({ code: other.code, machine: 'a' })).toBeDefined();
});

it('a damaged record of an invitation lets nobody in', async () => {
  const { access, records } = await openAccess();
  const { id, code } = await access.invite({ owner: 'Ann', by: 'Root' });
  const sound = await records.get('invite', id);
  for (const damage of [{ codeHash: '' }, { codeHash: 'ab' }, { codeHash: null }, { owner: '' }, { expiresAt: 'x' }]) {
    await records.update('invite', id, () => ({ value: { ...(sound as object), ...damage } }));
    expect(await access.join({ code, machine: 'laptop' })).toBeUndefined();
    expect(await access.invites()).toEqual([]);
  }
});
