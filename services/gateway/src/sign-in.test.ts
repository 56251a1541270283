import { viewerAnswerSchema } from '@crewboard/contract';
import { expect, test, vi } from 'vitest';
import { memoryLogger, openAccess, openFeed, openLog, startGateway } from '../test/harness.ts';
import { asPage, cookieOf, PASSWORDS, signIn, signInOptions } from '../test/sign-in.ts';
import { ask } from '../test/stranger.ts';

const startBoard = async (options: Parameters<typeof startGateway>[1] = {}) =>
  startGateway(await openLog(), { signIn: signInOptions(), ...options });

const viewer = async (url: string, cookie?: string) =>
  viewerAnswerSchema.parse(await (await fetch(`${url}/api/viewer`, { headers: asPage(url, cookie) })).json());

test('says who looks and how one signs in, to anybody', async () => {
  const { url } = await startBoard();
  expect(await viewer(url)).toMatchObject({
    viewer: null,
    signIn: { isRequired: true, password: true, github: false, oidc: null },
  });
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  expect((await viewer(url, cookie)).viewer).toEqual({ name: 'Mara King', role: 'member' });
});

test('says on a board without sign-in that its person looks, as admin', async () => {
  const { url } = await startGateway(await openLog(), { openTo: { name: 'Ada', role: 'admin' } });
  expect(await viewer(url)).toMatchObject({
    viewer: { name: 'Ada', role: 'admin' },
    signIn: { isRequired: false, password: false, github: false, oidc: null },
  });
});

test.each(['viewer', 'member', 'admin'] as const)('lets in who has the password of a %s', async (role) => {
  const { url } = await startBoard();
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS[role] });
  expect((await viewer(url, cookie)).viewer?.role).toBe(role);
  expect((await fetch(`${url}/api/board`, { headers: { cookie } })).status).toBe(200);
});

test('gives a cookie that no script reads and no other site sends', async () => {
  const { url } = await startBoard();
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name: 'Mara King', password: PASSWORDS.member }),
  });
  expect(response.status).toBe(204);
  const set = response.headers.getSetCookie();
  expect(set).toHaveLength(1);
  expect(set[0]).toMatch(/^crewboard=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
});

test('gives a cookie for https only, under a name that nothing else can set, where the board is reached so', async () => {
  const { url } = await startBoard({ trustProxy: true });
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
    body: JSON.stringify({ name: 'Mara King', password: PASSWORDS.member }),
  });
  expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-crewboard=.*; HttpOnly; Secure; SameSite=Lax$/);
  const cookie = cookieOf(response);
  const overHttps = { 'x-forwarded-proto': 'https', cookie };
  expect((await fetch(`${url}/api/board`, { headers: overHttps })).status).toBe(200);
  const inPlain = { ...overHttps, cookie: cookie.replace('__Host-', '') };
  expect((await fetch(`${url}/api/board`, { headers: inPlain })).status).toBe(401);
});

test('gives a cookie for https under the name that people type, also where the proxy does not tell that it ends TLS', async () => {
  const { url } = await startBoard({
    publicUrl: 'https://board.example.com',
    allowedHosts: ['board.example.com'],
  });
  const signInAt = async (host: string) => {
    const headers = { host, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Mara King', password: PASSWORDS.member });
    return (await ask(url, { method: 'POST', path: '/api/sign-in', headers, body })).headers['set-cookie']?.[0];
  };
  expect(await signInAt('board.example.com')).toMatch(/^__Host-crewboard=.*; Secure;/);
  // On the server itself, where a browser would drop a cookie for https.
  expect(await signInAt('127.0.0.1')).not.toContain('Secure');
});

test('tells who does not know a password nothing, and logs neither what was typed nor the cookie', async () => {
  const { logger, lines } = memoryLogger('trace');
  const { url } = await startBoard({ logger });
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  const wrong = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'typed-in-the-wrong-field', password: `${PASSWORDS.admin}x` }),
  });
  expect(wrong.status).toBe(401);
  expect(await wrong.json()).toMatchObject({ message: 'That is not a password of this board.' });
  await vi.waitFor(() => expect(lines.join('')).toContain('sign-in refused'));
  const log = lines.join('');
  expect(log).toContain('Mara King');
  for (const secret of [...Object.values(PASSWORDS), 'typed-in-the-wrong-field', cookie.split('=')[1] ?? cookie]) {
    expect(log).not.toContain(secret);
  }
});

test.each([
  {},
  { name: '', password: 'x' },
  { name: 'Mara\u0000King', password: 'x' },
  { name: 'Mara\u202e', password: 'x' },
  { name: ' ', password: 'x' },
  [],
])('takes %j for no sign-in', async (body) => {
  const { url } = await startBoard();
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
});

test('ends a sign-in for good, and the one before when somebody signs in again', async () => {
  const { url } = await startBoard();
  const first = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  const second = await signIn(url, { name: 'Ada', password: PASSWORDS.admin }, first);
  expect((await viewer(url, first)).viewer).toBeNull();
  expect((await viewer(url, second)).viewer?.name).toBe('Ada');
  const out = await fetch(`${url}/api/sign-out`, { method: 'POST', headers: asPage(url, second) });
  expect(out.status).toBe(204);
  expect(out.headers.getSetCookie()[0]).toMatch(/^crewboard=; Max-Age=0;|^crewboard=; .*Expires=Thu, 01 Jan 1970/);
  expect((await viewer(url, second)).viewer).toBeNull();
});

test('outlives a restart, unless the password has changed', async () => {
  const log = await openLog();
  const access = await openAccess();
  const start = (password: string) =>
    startGateway(log, { access, signIn: signInOptions({ passwords: [{ role: 'member', password }] }) });
  const first = await start('first password');
  const cookie = await signIn(first.url, { name: 'Mara King', password: 'first password' });
  await first.close();
  const second = await start('first password');
  expect((await viewer(second.url, cookie)).viewer?.name).toBe('Mara King');
  await second.close();
  const third = await start('second password');
  expect((await viewer(third.url, cookie)).viewer).toBeNull();
});

test('is over when its time is', async () => {
  const { url } = await startBoard({ signIn: signInOptions({ ttlMs: 1 }) });
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  await vi.waitFor(async () => expect((await viewer(url, cookie)).viewer).toBeNull());
});

test('slows down who tries passwords, and nobody who is signed in', async () => {
  const { url } = await startBoard();
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  const attempt = () =>
    fetch(`${url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Mallory', password: 'a wrong password' }),
    });
  const answers = await Promise.all(Array.from({ length: 20 }, attempt));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(8);
  const putOff = answers.find(({ status }) => status === 429);
  expect(Number(putOff?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await fetch(`${url}/api/board`, { headers: { cookie } })).status).toBe(200);
});

test('refuses a feed without a sign-in, and closes one with 4401 soon after its person signed out', async () => {
  const gateway = await startBoard({ feedLimits: { signInCheckMs: 20 } });
  const refused = openFeed(gateway.feedUrl());
  await expect(refused.closed).rejects.toThrow('401');
  const cookie = await signIn(gateway.url, { name: 'Mara King', password: PASSWORDS.viewer });
  const other = await signIn(gateway.url, { name: 'Ada', password: PASSWORDS.viewer });
  const feed = openFeed(gateway.feedUrl(), asPage(gateway.url, cookie));
  const stays = openFeed(gateway.feedUrl(), asPage(gateway.url, other));
  for (const open of [feed, stays]) await open.until(({ messages }) => messages.length === 1);
  await fetch(`${gateway.url}/api/sign-out`, { method: 'POST', headers: asPage(gateway.url, cookie) });
  expect(await feed.closed).toBe(4401);
  expect(stays.socket.readyState).toBe(stays.socket.OPEN);
});

test('opens no feed to a page of another site, whatever cookie the browser sends along', async () => {
  const gateway = await startBoard();
  const cookie = await signIn(gateway.url, { name: 'Mara King', password: PASSWORDS.viewer });
  const fromElsewhere = openFeed(gateway.feedUrl(), { cookie, origin: 'https://evil.example' });
  await expect(fromElsewhere.closed).rejects.toThrow('403');
  const fromNowhere = openFeed(gateway.feedUrl(), { cookie });
  await expect(fromNowhere.closed).rejects.toThrow('403');
});

test('closes a feed when its sign-in is over, and none while the store is away', async () => {
  const access = await openAccess();
  const gateway = await startBoard({ access, feedLimits: { signInCheckMs: 20 } });
  const cookie = await signIn(gateway.url, { name: 'Mara King', password: PASSWORDS.viewer });
  const feed = openFeed(gateway.feedUrl(), asPage(gateway.url, cookie));
  await feed.until(({ messages }) => messages.length === 1);
  const asked = vi.spyOn(access, 'viewerOf').mockRejectedValue(new Error('away'));
  await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(3));
  expect((await fetch(`${gateway.url}/api/board`, { headers: { cookie } })).status).toBe(503);
  expect(feed.socket.readyState).toBe(feed.socket.OPEN);
  asked.mockRestore();
  await access.signOut(cookie.split('=')[1] ?? '');
  expect(await feed.closed).toBe(4401);
});
