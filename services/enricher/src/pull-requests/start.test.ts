import { generateKeyPairSync } from 'node:crypto';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Notices } from '../notices.ts';
import { apiUrlOf, credentialsOf, pullRequestShape } from './settings.ts';
import { pullRequestsOf } from './start.ts';

const parse = (env: Record<string, string> = {}) => z.object(pullRequestShape).parse(env);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

/** Whether pull requests are looked up by these settings, and what the board says of it. Log and records are not asked for that. */
const start = async (env: Record<string, string>) => {
  const said = new Map<string, string | null>();
  const notices: Pick<Notices, 'say'> = { say: (subject, notice) => void said.set(subject, notice?.says ?? null) };
  const started = await pullRequestsOf(parse(env), {
    notices: notices as Notices,
    holder: 'one',
    logger: createLogger({ name: 'test', level: 'silent' }),
    registry: createMetrics(),
    log: {} as never,
    records: {} as never,
  });
  return { isLookedUp: started !== undefined, says: said.get('pull requests') };
};

test('says in one line that there is no token, and asks nothing', async () => {
  const { isLookedUp, says } = await start({});
  expect(isLookedUp).toBe(false);
  expect(says).toMatch(/no token or app for GitHub is set/);
});

test('says nothing where it is turned off, whatever token there is', async () => {
  expect(await start({ CREWBOARD_PULL_REQUESTS: 'off', GITHUB_TOKEN: 'x' })).toEqual({ isLookedUp: false, says: null });
  expect(await start({ GITHUB_TOKEN: 'x' })).toEqual({ isLookedUp: true, says: null });
});

test('takes an app before a token, and the board’s own token before that of another program', () => {
  const app = { GITHUB_APP_ID: '12', GITHUB_APP_PRIVATE_KEY: key.replaceAll('\n', '\\n') };
  expect(credentialsOf(parse({ ...app, GITHUB_TOKEN: 'x' }))).toEqual({ appId: '12', privateKey: key });
  expect(credentialsOf(parse({ GITHUB_APP_ID: '12', GITHUB_TOKEN: 'x' }))).toEqual({ token: 'x' });
  expect(credentialsOf(parse({ CREWBOARD_GITHUB_TOKEN: 'own', GITHUB_TOKEN: 'x' }))).toEqual({ token: 'own' });
  expect(() => parse({ GITHUB_APP_PRIVATE_KEY: 'no key' })).toThrow(/RSA key/);
});

test('asks an Enterprise where one is named, and nobody over a wire that all can read', () => {
  expect(apiUrlOf(parse())).toBe('https://api.github.com');
  expect(apiUrlOf(parse({ GITHUB_API_URL: 'https://git.acme.dev/api/v3/' }))).toBe('https://git.acme.dev/api/v3');
  expect(() => parse({ GITHUB_API_URL: 'http://git.acme.dev/api/v3' })).toThrow(/https/);
});
