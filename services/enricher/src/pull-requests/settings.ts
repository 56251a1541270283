import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { Credentials } from './credentials.ts';

const GITHUB_API = 'https://api.github.com';

/** An environment may hold a key in one line. */
const privateKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine(
    (pem) => {
      try {
        return createPrivateKey(pem).asymmetricKeyType === 'rsa';
      } catch {
        return false;
      }
    },
    { error: 'is no RSA key in PEM' },
  );

/** The variables of pull requests, for the enricher by itself and for `crewboard up` alike. */
export const pullRequestShape = {
  CREWBOARD_PULL_REQUESTS: z.enum(['on', 'off']).optional(),
  /** Reads pull requests, checks and statuses. The first one counts: the other may be there for another program. */
  CREWBOARD_GITHUB_TOKEN: z.string().optional(),
  GITHUB_TOKEN: z.string().optional(),
  /** Or an app that is installed where the team works. */
  GITHUB_APP_ID: z.string().regex(/^\d+$/, 'is a number').optional(),
  GITHUB_APP_PRIVATE_KEY: privateKey.optional(),
  /** Of a GitHub Enterprise Server: `https://github.example.com/api/v3`. */
  GITHUB_API_URL: z
    .url({ protocol: /^https?$/ })
    // A token goes there: over TLS, or not beyond this machine.
    .refine((url) => /^(https:|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/.test(url), 'must begin with https://')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
};
const pullRequestSettings = z.object(pullRequestShape);
export type PullRequestSettings = z.infer<typeof pullRequestSettings>;

export const credentialsOf = (settings: PullRequestSettings): Credentials | undefined => {
  const { GITHUB_APP_ID: appId, GITHUB_APP_PRIVATE_KEY: key } = settings;
  if (appId !== undefined && key !== undefined) return { appId, privateKey: key };
  const token = settings.CREWBOARD_GITHUB_TOKEN ?? settings.GITHUB_TOKEN;
  return token === undefined ? undefined : { token };
};

export const apiUrlOf = (settings: PullRequestSettings): string => settings.GITHUB_API_URL ?? GITHUB_API;
