import { expect, test } from 'vitest';
import { openAccess, openLog, startGateway } from '../../test/harness.ts';
import { watchRoutes } from '../../test/routes.ts';
import { asPage, everyWayIn, METRICS_TOKEN, PASSWORDS, signIn, signInOptions } from '../../test/sign-in.ts';
import { ask } from '../../test/stranger.ts';

/** What anybody may ask of a board with sign-in. Everything else is closed: this list is the whole of it. */
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /api/viewer',
  'POST /api/sign-in',
  'GET /api/sign-in/github',
  'GET /api/sign-in/github/callback',
  'GET /api/sign-in/oidc',
  'GET /api/sign-in/oidc/callback',
  // With a code from an invitation in place of a sign-in.
  'POST /api/join',
  // With GitHub's signature; it only says where to look.
  'POST /api/webhooks/github',
  // The page itself, which holds nothing until it is let in.
  'GET /*',
];

test('every route but those of a short list answers 401 to who is not signed in', async () => {
  const routes = watchRoutes();
  const { url } = await startGateway(await openLog(), { signIn: everyWayIn });
  const closed = routes.filter(({ method, url: route }) => !OPEN.includes(`${method.replace('HEAD', 'GET')} ${route}`));
  const names = closed.map(({ method, url: route }) => `${method} ${route}`);
  // The list of what is closed is read off the server; that it was read at all shows in a few that must be in it.
  for (const route of ['GET /api/board', 'GET /api/feed', 'GET /metrics', 'POST /api/ingest', 'POST /api/sign-out']) {
    expect(names).toContain(route);
  }
  for (const { method, url: route } of closed) {
    const path = route.replaceAll(/:\w+/g, 'anything');
    const { status, body } = await ask(url, { method, path, headers: asPage(url) });
    expect([method, route, status]).toEqual([method, route, 401]);
    expect(body).not.toContain('sessions');
  }
});

test.each([
  { cookie: 'crewboard=' },
  { cookie: 'crewboard=x' },
  { cookie: `crewboard=${'A'.repeat(43)}` },
  { cookie: `__Host-crewboard=${'A'.repeat(43)}` },
  { cookie: `crewboard=${'x'.repeat(4000)}` },
  { cookie: 'crewboard=%00%ff; crewboard=__proto__' },
  { authorization: 'Bearer x' },
  { authorization: 'Basic bWFyYTpvbmUgb2YgdGhlIHRlYW0=' },
])('takes %o for no sign-in', async (headers) => {
  const { url } = await startGateway(await openLog(), { signIn: signInOptions() });
  expect((await ask(url, { path: '/api/board', headers: headers as Record<string, string> })).status).toBe(401);
});

test('a machine’s token reads nothing of the board', async () => {
  const access = await openAccess();
  const { url } = await startGateway(await openLog(), { access, signIn: signInOptions() });
  const { token } = await access.issue({ machine: 'devbox-1', owner: 'Mara King', by: 'test' });
  for (const path of [
    '/api/board',
    '/api/machines',
    '/api/sessions/a',
    '/api/feed',
    '/api/admin/machines',
    '/metrics',
  ]) {
    const { status } = await ask(url, { path, headers: { authorization: `Bearer ${token}` } });
    expect([path, status]).toEqual([path, 401]);
  }
});

test('acts with a sign-in from the board’s own page only', async () => {
  const { url } = await startGateway(await openLog(), {
    signIn: signInOptions(),
    allowedOrigins: ['https://tools.example.com'],
  });
  const cookie = await signIn(url, { name: 'Mara King', password: PASSWORDS.member });
  const invite = async (headers: Record<string, string>) => {
    const { status } = await ask(url, { method: 'POST', path: '/api/admin/invites', headers: { cookie, ...headers } });
    return status;
  };
  expect(await invite({ origin: 'https://evil.example' })).toBe(403);
  expect(await invite({ origin: 'null' })).toBe(403);
  expect(await invite({})).toBe(403);
  for (const site of ['cross-site', 'same-site', 'none']) expect(await invite({ 'sec-fetch-site': site })).toBe(403);
  expect(await invite({ origin: url })).toBe(201);
  expect(await invite({ origin: 'https://tools.example.com' })).toBe(201);
  expect(await invite({ 'sec-fetch-site': 'same-origin' })).toBe(201);
});

test('shows metrics to viewers, and to who has the scraper’s token', async () => {
  const { url } = await startGateway(await openLog(), { signIn: everyWayIn });
  const metrics = async (headers: Record<string, string>) => (await ask(url, { path: '/metrics', headers })).status;
  expect(await metrics({})).toBe(401);
  expect(await metrics({ authorization: 'Bearer another-token-of-it' })).toBe(401);
  expect(await metrics({ authorization: `Bearer ${METRICS_TOKEN}` })).toBe(200);
  expect(await metrics({ cookie: await signIn(url, { name: 'Ada', password: PASSWORDS.viewer }) })).toBe(200);
  const board = await ask(url, { path: '/api/board', headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  expect(board.status).toBe(401);
});

test('is open where nobody signs in, to the role that was given', async () => {
  const routes = watchRoutes();
  const { url } = await startGateway(await openLog(), { openTo: { name: 'everyone', role: 'viewer' } });
  expect(routes.length).toBeGreaterThan(10);
  expect((await ask(url, { path: '/api/board' })).status).toBe(200);
  expect((await ask(url, { path: '/metrics' })).status).toBe(200);
  expect((await ask(url, { method: 'POST', path: '/api/admin/invites' })).status).toBe(403);
});
