import { expect, test } from 'vitest';
import { openLog, startGateway } from '../../test/harness.ts';
import { watchRoutes } from '../../test/routes.ts';
import { asPage, everyWayIn, PASSWORDS, signIn } from '../../test/sign-in.ts';
import { openapiDocument } from '../openapi/document.ts';

const references = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
};

test('refers only to schemas that are there', () => {
  const document = openapiDocument();
  const found = new Set(references(document));
  expect(found.size).toBeGreaterThan(4);
  for (const reference of found) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1] ?? reference;
    expect(Object.keys(document.components.schemas)).toContain(name);
  }
});

test('describes the session as it is sent', () => {
  const { Session } = openapiDocument().components.schemas;
  expect(Session).toMatchObject({ type: 'object', properties: { sessionId: { type: 'string' } } });
});

/** What comes without an upgrade, a body, a token or a password, what is not there, and where a browser is sent on. */
const notOk: Record<string, number> = {
  'POST /api/sign-in': 400,
  'POST /api/sign-out': 204,
  'GET /api/sign-in/github': 302,
  'GET /api/sign-in/github/callback': 302,
  'GET /api/sign-in/oidc': 302,
  'GET /api/sign-in/oidc/callback': 302,
  'POST /api/admin/invites': 201,
  'DELETE /api/admin/invites/{id}': 404,
  'DELETE /api/admin/machines/{machineId}': 404,
  'GET /api/feed': 426,
  'GET /api/sessions/{id}': 404,
  'GET /api/sessions/{id}/history': 404,
  'GET /api/sessions/{id}/story': 404,
  'POST /api/sessions/{id}/hand-over': 404,
  'POST /api/sessions/{id}/claim': 400,
  'DELETE /api/sessions/{id}/claim': 404,
  'POST /api/join': 400,
  'GET /api/agent': 401,
  'POST /api/ingest': 401,
  'PUT /api/agent/report': 401,
  'POST /api/agent/forget': 401,
  'POST /api/webhooks/github': 401,
};

/** Routes by method and address, with what they may answer, as the document writes them. */
const documented = (): { method: string; path: string; name: string; answers: number[] }[] =>
  Object.entries(openapiDocument().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path,
      name: `${method.toUpperCase()} ${path}`,
      answers: Object.keys(responses).map(Number),
    })),
  );
const everyRoute = { signIn: everyWayIn, webhookSecret: 'a secret of the webhooks' };

test('is served, and every path in it is', async () => {
  const { url } = await startGateway(await openLog(), everyRoute);
  const admin = { name: 'Ada', password: PASSWORDS.admin };
  const cookie = await signIn(url, admin);
  const served = await (await fetch(`${url}/api/openapi.json`, { headers: { cookie } })).json();
  expect(served).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
  for (const { method, path, name, answers } of documented()) {
    const headers = asPage(url, path === '/api/sign-out' ? await signIn(url, admin) : cookie);
    const { status } = await fetch(`${url}${path}`, { method, headers, redirect: 'manual' });
    expect([name, status]).toEqual([name, notOk[name] ?? 200]);
    expect([name, answers]).toEqual([name, expect.arrayContaining([status])]);
  }
});

test('tells what comes where nobody is signed in', async () => {
  const { url } = await startGateway(await openLog(), everyRoute);
  for (const { method, path, name, answers } of documented()) {
    const { status } = await fetch(`${url}${path}`, { method, headers: asPage(url), redirect: 'manual' });
    expect([name, answers]).toEqual([name, expect.arrayContaining([status])]);
  }
});

test('tells of every route', async () => {
  const routes = watchRoutes();
  await startGateway(await openLog(), everyRoute);
  const names = documented().map(({ name }) => name);
  const others = routes
    .filter(({ method, url }) => method !== 'HEAD' && url !== '/*')
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((name) => !names.includes(name));
  expect(routes.length).toBeGreaterThan(20);
  expect(others).toEqual([]);
});
