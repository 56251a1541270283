import { T0 } from '@crewboard/contract/testing';
import { expect, it } from 'vitest';
import { openAccess } from '../test/access-under-test.ts';
import { mayActAs } from './viewers.ts';

const HOUR_MS = 3_600_000;

it('a cookie tells who signed in, until it expires', async () => {
  const { access, wait } = await openAccess();
  const ann = { name: 'Ann', role: 'admin', by: 'github', means: 'acme' } as const;
  const bob = { name: 'Bob', role: 'viewer', by: 'password', means: 'the team' } as const;
  const { cookie, expiresAt } = await access.signIn(ann, HOUR_MS);
  const other = await access.signIn(bob, 2 * HOUR_MS);
  expect(expiresAt).toBe(T0 + HOUR_MS);
  wait(HOUR_MS - 1);
  expect(await access.viewerOf(cookie)).toEqual({ ...ann, expiresAt });
  wait(1);
  expect(await access.viewerOf(cookie)).toBeUndefined();
  expect(await access.viewerOf(other.cookie)).toMatchObject(bob);
});

it('a sign-out ends this sign-in and no other, twice without harm', async () => {
  const { access } = await openAccess();
  const ann = { name: 'Ann', role: 'member', by: 'password', means: 'the team' } as const;
  const desk = await access.signIn(ann, HOUR_MS);
  const phone = await access.signIn(ann, HOUR_MS);
  await access.signOut(desk.cookie);
  await access.signOut(desk.cookie);
  expect(await access.viewerOf(desk.cookie)).toBeUndefined();
  expect(await access.viewerOf(phone.cookie)).toMatchObject(ann);
});

it('any other text is nobody’s', async () => {
  const { access } = await openAccess();
  const { cookie } = await access.signIn({ name: 'Ann', role: 'admin', by: 'oidc', means: 'the team' }, HOUR_MS);
  for (const text of ['', cookie.slice(1), `${cookie} `, 'A'.repeat(43), 'x'.repeat(100_000), '__proto__', '\u0000']) {
    expect(await access.viewerOf(text)).toBeUndefined();
    await access.signOut(text);
  }
  expect(await access.viewerOf(cookie)).toBeDefined();
});

it('a role may do what lesser ones may', () => {
  expect(mayActAs('admin', 'viewer')).toBe(true);
  expect(mayActAs('member', 'member')).toBe(true);
  expect(mayActAs('viewer', 'member')).toBe(false);
  expect(mayActAs('member', 'admin')).toBe(false);
});
