import { parseConfig } from '@crewboard/runtime';
import { expect, test } from 'vitest';
import { doorOptions, gatewayConfigSchema } from './config.ts';

const parse = (env: Record<string, string>) =>
  parseConfig(gatewayConfigSchema, { REDIS_URL: 'redis://127.0.0.1', ...env });
const options = (env: Record<string, string>) => doorOptions(parse(env), 'Mara King');

const GITHUB = { CREWBOARD_GITHUB_CLIENT_ID: 'id', CREWBOARD_GITHUB_CLIENT_SECRET: 'secret' };
const OIDC = {
  CREWBOARD_OIDC_ISSUER: 'https://login.acme.example',
  CREWBOARD_OIDC_CLIENT_ID: 'id',
  CREWBOARD_OIDC_CLIENT_SECRET: 'secret',
};

test('needs no sign-in where only this machine reaches the board, whose person is its admin', () => {
  expect(options({})).toMatchObject({ host: '127.0.0.1', openTo: { name: 'Mara King', role: 'admin' } });
  expect(options({}).signIn).toBeUndefined();
  expect(options({ HOST: '::1', CREWBOARD_ALLOWED_HOSTS: 'localhost:4400' }).signIn).toBeUndefined();
});

test.each([
  { HOST: '0.0.0.0' },
  { HOST: 'board.internal' },
  { CREWBOARD_ALLOWED_HOSTS: 'board.example.com' },
  { CREWBOARD_ALLOWED_HOSTS: '*' },
  { CREWBOARD_PUBLIC_URL: 'https://board.example.com' },
])('refuses to start without sign-in where others reach the board: %o', (env) => {
  expect(() => parse(env)).toThrow(/CREWBOARD_PASSWORD|CREWBOARD_ADMIN_PASSWORD|CREWBOARD_OPEN=true/);
  expect(() => parse({ ...env, CREWBOARD_PASSWORD: 'one of the team' })).not.toThrow();
  expect(options({ ...env, CREWBOARD_OPEN: 'true' }).openTo).toEqual({ name: 'everyone', role: 'viewer' });
});

test('reads every way to sign in', () => {
  const { signIn } = options({
    HOST: '0.0.0.0',
    CREWBOARD_PASSWORD: 'one of the team',
    CREWBOARD_ADMIN_PASSWORD: 'keeper of the keys',
    CREWBOARD_SIGN_IN_DAYS: '2',
    CREWBOARD_METRICS_TOKEN: 'sixteen-characters',
    ...GITHUB,
    CREWBOARD_GITHUB_ALLOW: 'acme, other-org/team-slug',
    CREWBOARD_GITHUB_ADMINS: 'mara',
    CREWBOARD_GITHUB_URL: 'https://github.acme.example/',
    ...OIDC,
    CREWBOARD_OIDC_ALLOW: '@acme.com,ada@other.example,group:platform team',
  });
  expect(signIn).toEqual({
    passwords: [
      { role: 'member', password: 'one of the team' },
      { role: 'admin', password: 'keeper of the keys' },
    ],
    ttlMs: 2 * 86_400_000,
    metricsToken: 'sixteen-characters',
    github: {
      clientId: 'id',
      clientSecret: 'secret',
      allow: ['acme', 'other-org/team-slug'],
      admins: ['mara'],
      url: 'https://github.acme.example',
      apiUrl: 'https://github.acme.example/api/v3',
    },
    oidc: {
      issuer: 'https://login.acme.example',
      clientId: 'id',
      clientSecret: 'secret',
      allow: ['@acme.com', 'ada@other.example', 'group:platform team'],
      admins: [],
      label: 'OpenID Connect',
    },
  });
});

test('asks the public GitHub where no other is named', () => {
  const { signIn } = options({ ...GITHUB, CREWBOARD_GITHUB_ALLOW: 'acme' });
  expect(signIn?.github).toMatchObject({ url: 'https://github.com', apiUrl: 'https://api.github.com' });
});

test.each([
  [{ CREWBOARD_PASSWORD: 'short' }, /at least 8/],
  [{ CREWBOARD_PASSWORD: 'the same one', CREWBOARD_ADMIN_PASSWORD: 'the same one' }, /must differ/],
  [{ CREWBOARD_PASSWORD: 'one of the team', CREWBOARD_SIGN_IN_DAYS: '31' }, /CREWBOARD_SIGN_IN_DAYS/],
  [{ CREWBOARD_PASSWORD: 'one of the team', CREWBOARD_OPEN: 'true' }, /set one of the two/],
  [{ CREWBOARD_PASSWORD: 'one of the team', CREWBOARD_ALLOWED_ORIGINS: '*' }, /instead of \*/],
  [{ CREWBOARD_GITHUB_CLIENT_ID: 'id', CREWBOARD_GITHUB_ALLOW: 'acme' }, /takes both/],
  [GITHUB, /organisations or teams/],
  [{ ...GITHUB, CREWBOARD_GITHUB_ALLOW: 'acme/../other' }, /acme\/team/],
  [{ ...GITHUB, CREWBOARD_GITHUB_ALLOW: 'acme', CREWBOARD_GITHUB_URL: 'http://github.example' }, /https:/],
  [OIDC, /who may come in/],
  [{ ...OIDC, CREWBOARD_OIDC_ALLOW: 'acme.com' }, /@acme\.com/],
  [{ ...OIDC, CREWBOARD_OIDC_ALLOW: '@acme.com', CREWBOARD_OIDC_ISSUER: 'http://login.example' }, /https:/],
  [{ CREWBOARD_OIDC_ISSUER: 'https://login.example', CREWBOARD_OIDC_ALLOW: '@acme.com' }, /takes all of/],
  [{ CREWBOARD_PUBLIC_URL: 'https://board.example.com/crew', CREWBOARD_OPEN: 'true' }, /only scheme, name and port/],
])('refuses to start with %o', (env, reason) => {
  expect(() => parse(env)).toThrow(reason);
});

test('names every fault at once', () => {
  const start = () =>
    parse({ PORT: 'many', HOST: '0.0.0.0', ...GITHUB, CREWBOARD_OIDC_ISSUER: 'https://login.example' });
  expect(start).toThrow(/PORT/);
  expect(start).toThrow(/organisations or teams/);
  expect(start).toThrow(/takes all of/);
});

test('is reached under the name that people type', () => {
  const env = { CREWBOARD_PUBLIC_URL: 'https://board.example.com:8443/', CREWBOARD_PASSWORD: 'one of the team' };
  expect(options(env)).toMatchObject({
    publicUrl: 'https://board.example.com:8443',
    allowedHosts: ['board.example.com:8443'],
  });
});

test('reads the limits of a machine, and refuses those that let nobody work', () => {
  expect(options({}).machineLimits).toEqual({
    requestsPerMinute: 6_000,
    bytesPerMinute: 128 * 1024 * 1024,
    eventsPerMinute: 200_000,
    newSessionsPerDay: 5_000,
  });
  expect(options({ CREWBOARD_MACHINE_EVENTS_PER_MINUTE: '7' }).machineLimits).toMatchObject({ eventsPerMinute: 7 });
  expect(() => parse({ CREWBOARD_MACHINE_BYTES_PER_MINUTE: '0' })).toThrow(/CREWBOARD_MACHINE_BYTES_PER_MINUTE/);
});

test.each(['CREWBOARD_GITHUB_URL', 'GITHUB_API_URL', 'CREWBOARD_OIDC_ISSUER', 'CREWBOARD_PUBLIC_URL'])(
  'names %s where it is no address',
  (variable) => {
    expect(() => parse({ [variable]: 'no address' })).toThrow(variable);
  },
);
