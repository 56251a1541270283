import type { Role, ViewerAnswer } from '@crewboard/contract';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { useViewerStore } from './viewer.ts';

beforeEach(() => setActivePinia(createPinia()));

const told = (role: Role | null, isRequired = true, boardVersion = '0.4.0'): ViewerAnswer => ({
  viewer: role && { name: 'Lena', role },
  signIn: { isRequired, password: isRequired, github: false, oidc: null },
  boardVersion,
});

test('asks nobody to sign in before it is known that one has to', () => {
  const store = useViewerStore();
  expect(store.isSignedOut).toBe(false);
  store.hear(told(null));
  expect(store.isSignedOut).toBe(true);
});

test.each([
  ['viewer', true, false, false],
  ['member', true, true, false],
  ['admin', true, true, true],
  ['admin', false, false, false],
] as const)('a %s, signed in: %s, may invite: %s, is admin: %s', (role, isRequired, canInvite, isAdmin) => {
  const store = useViewerStore();
  store.hear(told(role, isRequired));
  expect([store.canInvite, store.isAdmin]).toEqual([canInvite, isAdmin]);
});

test('keeps how one signs in when a sign-in ends', () => {
  const store = useViewerStore();
  store.hear(told('admin'));
  store.lose();
  expect(store.isSignedOut).toBe(true);
  expect(store.answer?.signIn.password).toBe(true);
  expect(store.canInvite).toBe(false);
});

test('the page is outdated as soon as the board is of another version than when it gave the page', () => {
  const store = useViewerStore();
  store.hear(told('viewer'));
  expect(store.isPageOutdated).toBe(false);
  store.hear(told('viewer', true, '0.5.0'));
  expect(store.isPageOutdated).toBe(true);
});
