import { viewerAnswerSchema } from '@crewboard/contract';
import { expect, test } from 'vitest';
import { memoryLogger, openAccess, openLog, startGateway } from '../../test/harness.ts';
import { signInOptions } from '../../test/sign-in.ts';
import {
  ACCESS_TOKEN,
  CLIENT,
  createBrowser,
  type StubGithub,
  startGithub,
  startOidc,
} from '../../test/stub-provider.ts';
import type { GatewayOptions } from '../index.ts';

const start = async (signIn: Parameters<typeof signInOptions>[0], options: Partial<GatewayOptions> = {}) =>
  startGateway(await openLog(), { signIn: signInOptions({ passwords: [], ...signIn }), ...options });

const startWithGithub = async (github: StubGithub, lists: { allow?: string[]; admins?: string[] } = {}) =>
  start({ github: { ...CLIENT, url: github.url, apiUrl: github.apiUrl, allow: ['acme'], admins: [], ...lists } });

const viewerOf = async (url: string, browser: ReturnType<typeof createBrowser>) => {
  const response = await browser.step(new URL('/api/viewer', url));
  return viewerAnswerSchema.parse(await response.json()).viewer;
};

/** Where the browser is on the board when all is over. */
const endOf = (way: readonly URL[]): string => {
  const last = way.at(-1);
  return last ? `${last.pathname}${last.search}` : '';
};

test('lets members of an organisation in by GitHub, under their login, and keeps no token', async () => {
  const github = await startGithub();
  github.memberships.set('acme', 'active');
  const { logger, lines } = memoryLogger('trace');
  const { url } = await start(
    { github: { ...CLIENT, url: github.url, apiUrl: github.apiUrl, allow: ['acme'], admins: [] } },
    { logger },
  );
  const browser = createBrowser();
  const way = await browser.visit(`${url}/api/sign-in/github?page=${encodeURIComponent('/session/a?x=1')}`);
  expect(endOf(way)).toBe('/session/a?x=1');
  expect(await viewerOf(url, browser)).toEqual({ name: 'mara', role: 'member' });
  expect(github.scopes).toEqual(['read:org']);
  expect(browser.cookies(url).size).toBe(1);
  const log = lines.join('');
  expect(log).toContain('"person":"mara"');
  for (const secret of [ACCESS_TOKEN, CLIENT.clientSecret, browser.cookie(url) ?? '?'])
    expect(log).not.toContain(secret);
});

test('tells the page that one signs in by GitHub', async () => {
  const { url } = await startWithGithub(await startGithub());
  const answer = viewerAnswerSchema.parse(await (await fetch(`${url}/api/viewer`)).json());
  expect(answer.signIn).toEqual({ isRequired: true, password: false, github: true, oidc: null });
  const typed = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Mallory', password: 'a password' }),
  });
  expect(typed.status).toBe(404);
});

test.each([
  ['members of a team', ['acme/platform'], { 'acme/platform': 'active' }, true],
  ['members of another team', ['acme/platform'], { acme: 'active', 'acme/web': 'active' }, false],
  ['nobody who was only asked to join', ['acme'], { acme: 'pending' }, false],
  ['nobody of no organisation', ['acme'], {}, false],
  ['who is in one of several', ['other', 'acme'], { acme: 'active' }, true],
] as const)('by GitHub come in: %s', async (_who, allow, memberships, isWelcome) => {
  const github = await startGithub();
  for (const [entry, state] of Object.entries(memberships)) github.memberships.set(entry, state);
  const { url } = await startWithGithub(github, { allow: [...allow] });
  const browser = createBrowser();
  const way = await browser.visit(`${url}/api/sign-in/github`);
  expect(endOf(way)).toBe(isWelcome ? '/' : '/?sign-in=not_allowed');
  expect((await viewerOf(url, browser))?.name).toBe(isWelcome ? 'mara' : undefined);
});

test.each([
  [['Mara'], {}],
  [['acme/leads'], { 'acme/leads': 'active' }],
] as const)('makes admins of %j', async (admins, memberships) => {
  const github = await startGithub();
  github.memberships.set('acme', 'active');
  for (const [entry, state] of Object.entries(memberships)) github.memberships.set(entry, state);
  const { url } = await startWithGithub(github, { admins: [...admins] });
  const browser = createBrowser();
  await browser.visit(`${url}/api/sign-in/github`);
  expect((await viewerOf(url, browser))?.role).toBe('admin');
});

test('lets no admin in who is on no list of those who come in', async () => {
  const github = await startGithub();
  const { url } = await startWithGithub(github, { admins: ['mara'] });
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/github`))).toBe('/?sign-in=not_allowed');
});

test('takes an answer of GitHub only in the browser that asked, once, and with its own state', async () => {
  const github = await startGithub();
  github.memberships.set('acme', 'active');
  const { url } = await startWithGithub(github);
  const isCallback = ({ pathname }: URL) => pathname.endsWith('/callback');

  const attacker = createBrowser();
  const callback = (await attacker.visit(`${url}/api/sign-in/github`, isCallback)).at(-1)?.href ?? '';
  // Nobody is signed in as somebody else by following a link.
  const victim = createBrowser();
  expect(endOf(await victim.visit(callback))).toBe('/?sign-in=expired');
  await victim.visit(`${url}/api/sign-in/github`, isCallback);
  expect(endOf(await victim.visit(callback))).toBe('/?sign-in=failed');
  expect(await viewerOf(url, victim)).toBeNull();

  expect(endOf(await attacker.visit(callback))).toBe('/');
  expect(endOf(await attacker.visit(callback))).toBe('/?sign-in=expired');
});

test('sends nobody to another site after the sign-in', async () => {
  const github = await startGithub();
  github.memberships.set('acme', 'active');
  const { url } = await startWithGithub(github);
  const way = await createBrowser().visit(`${url}/api/sign-in/github?page=${encodeURIComponent('//evil.example/')}`);
  expect(way.at(-1)?.href).toBe(`${url}/`);
});

test('says that it failed where GitHub does not know the client, or is away', async () => {
  const github = await startGithub();
  const options = { ...CLIENT, url: github.url, apiUrl: github.apiUrl, allow: ['acme'], admins: [] };
  const { url } = await start({ github: { ...options, clientSecret: 'another secret' } });
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/github`))).toBe('/?sign-in=failed');
  const away = await start({ github: { ...options, apiUrl: 'http://127.0.0.1:1' } });
  expect(endOf(await createBrowser().visit(`${away.url}/api/sign-in/github`))).toBe('/?sign-in=failed');
});

test('ends the sign-ins of a list that has changed', async () => {
  const github = await startGithub();
  github.memberships.set('acme', 'active');
  const log = await openLog();
  const access = await openAccess();
  const startFor = (allow: string[]) => {
    const options = { ...CLIENT, url: github.url, apiUrl: github.apiUrl, allow, admins: [] };
    return startGateway(log, { access, signIn: signInOptions({ passwords: [], github: options }) });
  };
  const statusOf = async (allow: string[], cookie: string) => {
    const { url, close } = await startFor(allow);
    const { status } = await fetch(`${url}/api/board`, { headers: { cookie } });
    await close();
    return status;
  };
  const { url, close } = await startFor(['acme']);
  const browser = createBrowser();
  await browser.visit(`${url}/api/sign-in/github`);
  const cookie = `crewboard=${browser.cookie(url)}`;
  await close();
  expect(await statusOf(['acme'], cookie)).toBe(200);
  expect(await statusOf(['acme', 'other'], cookie)).toBe(401);
});

const startWithOidc = async (lists: { allow?: string[]; admins?: string[] } = {}) => {
  const oidc = await startOidc();
  const { logger, lines } = memoryLogger('warn');
  const options = { ...CLIENT, issuer: oidc.issuer, allow: ['@acme.com'], admins: [], label: 'Acme', ...lists };
  const gateway = await start({ oidc: options }, { logger });
  return { oidc, lines, ...gateway };
};

test('lets in by OpenID Connect who has an address of the company', async () => {
  const { oidc, url } = await startWithOidc();
  oidc.claims = { name: 'Mara King', email: 'Mara@Acme.com', email_verified: true };
  const browser = createBrowser();
  expect(endOf(await browser.visit(`${url}/api/sign-in/oidc?page=/repo/acme`))).toBe('/repo/acme');
  expect(await viewerOf(url, browser)).toEqual({ name: 'Mara King', role: 'member' });
  const answer = viewerAnswerSchema.parse(await (await fetch(`${url}/api/viewer`)).json());
  expect(answer.signIn.oidc).toEqual({ label: 'Acme' });
});

test.each([
  ['an address that nobody verified', { email: 'mara@acme.com' }],
  ['an address that is not verified', { email: 'mara@acme.com', email_verified: false }],
  ['a text in place of the verification', { email: 'mara@acme.com', email_verified: 'true' }],
  ['a domain that ends alike', { email: 'mara@notacme.com', email_verified: true }],
  ['a domain below another', { email: 'mara@acme.com.evil.example', email_verified: true }],
  ['no address', {}],
])('keeps %s out', async (_what, claims) => {
  const { oidc, url } = await startWithOidc();
  oidc.claims = { name: 'Mallory', ...claims };
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/oidc`))).toBe('/?sign-in=not_allowed');
});

test('knows people by a single address or a group, which the provider may tell only when it is asked', async () => {
  const { oidc, url } = await startWithOidc({
    allow: ['group:platform', 'ada@other.example'],
    admins: ['group:leads'],
  });
  oidc.userInfo = { name: 'Ada', groups: ['platform', 'leads'] };
  const browser = createBrowser();
  await browser.visit(`${url}/api/sign-in/oidc`);
  expect(await viewerOf(url, browser)).toEqual({ name: 'Ada', role: 'admin' });
  oidc.userInfo = { name: 'Ada', email: 'ada@other.example', email_verified: true };
  const other = createBrowser();
  await other.visit(`${url}/api/sign-in/oidc`);
  expect(await viewerOf(url, other)).toEqual({ name: 'Ada', role: 'member' });
});

test.each([
  ['of another sign-in', { nonce: 'another' }, / \\"nonce\\"/],
  ['for another client', { aud: 'another' }, / \\"aud\\"/],
  ['of another provider', { iss: 'https://evil.example' }, / \\"iss\\"/],
  ['that has expired', { exp: 1 }, / \\"exp\\"/],
])('refuses an ID token %s', async (_which, wrong, reason) => {
  const { oidc, lines, url } = await startWithOidc();
  oidc.claims = { name: 'Mallory', email: 'mallory@acme.com', email_verified: true };
  oidc.tamper = (claims) => ({ ...claims, ...wrong });
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/oidc`))).toBe('/?sign-in=failed');
  expect(lines.join('')).toMatch(reason);
});

test('refuses an ID token that somebody else signed', async () => {
  const { oidc, lines, url } = await startWithOidc();
  oidc.claims = { name: 'Mallory', email: 'mallory@acme.com', email_verified: true };
  oidc.signsWithAnotherKey = true;
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/oidc`))).toBe('/?sign-in=failed');
  expect(lines.join('')).toContain('signature');
});

test('starts while the provider is away, says so, and goes on when it is back', async () => {
  const { oidc, url } = await startWithOidc();
  oidc.isAway = true;
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/oidc`))).toBe('/?sign-in=failed');
  oidc.isAway = false;
  oidc.claims = { name: 'Mara King', email: 'mara@acme.com', email_verified: true };
  expect(endOf(await createBrowser().visit(`${url}/api/sign-in/oidc`))).toBe('/');
});
