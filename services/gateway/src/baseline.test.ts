import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAccess, openLog, startGateway, temporaryFolder } from '../test/harness.ts';
import { asPage, PASSWORDS, signIn, signInOptions } from '../test/sign-in.ts';
import { type Answer, ask, sendBytes } from '../test/stranger.ts';
import { CLIENT, startGithub } from '../test/stub-provider.ts';

/** What a scanner of the baseline kind looks for, on every kind of answer. */
const expectBaseline = (answer: Answer, what: string): void => {
  const { headers } = answer;
  const csp = String(headers['content-security-policy'] ?? '');
  expect(csp, what).toMatch(/default-src '(self|none)'/);
  expect(csp, what).toContain("frame-ancestors 'none'");
  expect(csp, what).not.toMatch(/unsafe|\*|data:|http:/);
  expect(headers['x-content-type-options'], what).toBe('nosniff');
  expect(headers.server, what).toBeUndefined();
  expect(headers['x-powered-by'], what).toBeUndefined();
  expect(headers['access-control-allow-origin'], what).toBeUndefined();
  expect(headers['strict-transport-security'], what).toBeUndefined();
  expect(headers['cache-control'], what).toBeDefined();
  expect(answer.body, what).not.toMatch(/node_modules|\bat \S+ \(|\.ts:\d|FST_ERR/);
};

/** Besides, what comes through a route or a hook. */
const expectPolicies = ({ headers }: Answer, what: string): void => {
  const csp = String(headers['content-security-policy']);
  for (const directive of ["object-src 'none'", "base-uri 'none'", "form-action 'none'"]) {
    expect(csp, what).toContain(directive);
  }
  expect(headers['x-frame-options'], what).toBe('DENY');
  expect(headers['referrer-policy'], what).toBe('no-referrer');
  expect(headers['permissions-policy'], what).toContain('camera=()');
  expect(headers['cross-origin-opener-policy'], what).toBe('same-origin');
  expect(headers['cross-origin-resource-policy'], what).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy'], what).toBe('require-corp');
};

const startBoard = async () => {
  const webDir = await temporaryFolder();
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>Crewboard</title>');
  await writeFile(join(webDir, 'assets/index-4f2a91bc.js'), 'export {};');
  const github = await startGithub();
  const access = await openAccess();
  const options = { ...CLIENT, url: github.url, apiUrl: github.apiUrl, allow: ['acme'], admins: [] };
  const gateway = await startGateway(await openLog(), {
    access,
    webDir,
    trustProxy: true,
    signIn: signInOptions({ github: options }),
  });
  return { ...gateway, access };
};

test('gives every kind of answer the headers that a scanner looks for', async () => {
  const { url } = await startBoard();
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  const json = { 'content-type': 'application/json' };
  const kinds: [what: string, status: number, answer: Promise<Answer>][] = [
    ['the page', 200, ask(url, { headers: { accept: 'text/html' } })],
    ['an address of the page', 200, ask(url, { path: '/repo/acme', headers: { accept: 'text/html' } })],
    ['an asset', 200, ask(url, { path: '/assets/index-4f2a91bc.js' })],
    ['an open answer', 200, ask(url, { path: '/api/viewer' })],
    ['an answer behind the door', 200, ask(url, { path: '/api/board', headers: { cookie } })],
    ['health', 200, ask(url, { path: '/healthz' })],
    ['a closed door', 401, ask(url, { path: '/api/board' })],
    ['a closed feed', 401, ask(url, { path: '/api/feed' })],
    ['a role too low', 403, ask(url, { path: '/api/admin/machines', headers: { cookie } })],
    [
      'a page elsewhere',
      403,
      ask(url, { method: 'POST', path: '/api/sign-in', headers: { origin: 'https://evil.example' } }),
    ],
    ['another host', 421, ask(url, { headers: { host: 'evil.example' } })],
    ['nothing', 404, ask(url, { path: '/api/nothing' })],
    ['a broken body', 400, ask(url, { method: 'POST', path: '/api/sign-in', headers: json, body: '{' })],
    [
      'another kind of body',
      415,
      ask(url, { method: 'POST', path: '/api/sign-in', headers: { 'content-type': 'text/xml' }, body: '<a/>' }),
    ],
    ['a large body', 413, ask(url, { method: 'POST', path: '/api/sign-in', headers: json, body: 'x'.repeat(20_000) })],
    ['no token', 401, ask(url, { method: 'POST', path: '/api/ingest', body: '' })],
    ['a way to a provider', 302, ask(url, { path: '/api/sign-in/github' })],
    ['a way back that nobody asked for', 302, ask(url, { path: '/api/sign-in/github/callback?code=x&state=y' })],
    ['a method of nobody', 405, ask(url, { method: 'PROPFIND', path: '/api/board' })],
  ];
  for (const [what, status, asked] of kinds) {
    const answer = await asked;
    expect([what, answer.status]).toEqual([what, status]);
    expectBaseline(answer, what);
    expectPolicies(answer, what);
  }
});

test('lets nobody keep an answer of the API', async () => {
  const { url } = await startBoard();
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.admin });
  for (const path of ['/api/viewer', '/api/board', '/api/machines', '/api/admin/invites', '/api/nothing', '/metrics']) {
    const { headers } = await ask(url, { path, headers: { cookie } });
    expect([path, headers['cache-control']]).toEqual([path, 'no-store']);
  }
  expect((await ask(url, { path: '/assets/index-4f2a91bc.js' })).headers['cache-control']).toContain('immutable');
});

test.each(['TRACE', 'OPTIONS', 'PATCH', 'PROPFIND', 'PURGE'])('refuses %s, and tells nothing by it', async (method) => {
  const { url } = await startBoard();
  const here = await ask(url, { method, path: '/api/board', headers: { 'x-canary': 'hush', 'max-forwards': '0' } });
  const nowhere = await ask(url, {
    method,
    path: '/api/nothing',
    headers: { 'x-canary': 'hush', 'max-forwards': '0' },
  });
  expect(here.status).toBe(405);
  expect(here.body).not.toContain('hush');
  expect({ ...nowhere, headers: { ...nowhere.headers, date: '' } }).toEqual({
    ...here,
    headers: { ...here.headers, date: '' },
  });
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['no version', 'GET / HTTQ/9\r\nHost: localhost\r\n\r\n', 400],
  [
    'two lengths',
    'POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    400,
  ],
  [
    'a length and chunks',
    'POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['endless headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ['a broken address', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
  [
    'an endless part of an address',
    `GET /api/sessions/${'x'.repeat(500)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    404,
  ],
])('answers %s in a few plain words', async (what, bytes, status) => {
  const { url } = await startBoard();
  const answer = await sendBytes(url, bytes);
  expect(answer.status).toBe(status);
  expectBaseline(answer, what);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(JSON.parse(answer.body)).toMatchObject({ statusCode: status });
});

test('tells browsers to stay with https where they came by it, and nowhere else', async () => {
  const { url } = await startBoard();
  const overHttps = await ask(url, { path: '/api/viewer', headers: { 'x-forwarded-proto': 'https' } });
  expect(overHttps.headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
  expect((await ask(url, { path: '/api/viewer' })).headers['strict-transport-security']).toBeUndefined();
});

test('sets cookies that scripts and other sites do not get at', async () => {
  const { url } = await startBoard();
  const headers = { 'content-type': 'application/json', 'x-forwarded-proto': 'https', host: 'localhost' };
  const body = JSON.stringify({ name: 'Mara King', password: PASSWORDS.member });
  const signedIn = await ask(url, { method: 'POST', path: '/api/sign-in', headers, body });
  const away = await ask(url, { path: '/api/sign-in/github', headers: { 'x-forwarded-proto': 'https' } });
  const set = [...(signedIn.headers['set-cookie'] ?? []), ...(away.headers['set-cookie'] ?? [])];
  expect(set).toHaveLength(2);
  for (const cookie of set) {
    expect(cookie).toMatch(/^__Host-/);
    for (const flag of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(flag);
    expect(cookie).not.toContain('Domain');
  }
});

test('tells who is not signed in that it is not ready, and not why', async () => {
  const log = await openLog();
  const { url } = await startGateway(log, { signIn: signInOptions() });
  await log.close();
  const answer = await ask(url, { path: '/readyz' });
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toEqual({ status: 'not ready' });
});

test('tells nothing of the inside where the store of sign-ins fails', async () => {
  const { url, access } = await startBoard();
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.admin });
  await access.close();
  for (const [method, path] of [
    ['GET', '/api/board'],
    ['GET', '/api/viewer'],
    ['POST', '/api/admin/invites'],
  ] as const) {
    const answer = await ask(url, { method, path, headers: asPage(url, cookie) });
    expect([path, answer.status]).toEqual([path, 503]);
    expect(answer.headers['retry-after']).toBeDefined();
    expectBaseline(answer, path);
  }
});
