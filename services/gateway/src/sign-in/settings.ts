import type { Role } from '@crewboard/contract';
import { z } from 'zod';
import { list } from '../list.ts';
import type { BoardPassword, GithubOptions, OidcOptions, SignInOptions } from './options.ts';
import { isPlainLoopback } from './plain-loopback.ts';

const GITHUB = 'https://github.com';
const DAY_MS = 24 * 3_600_000;

const password = z.string().min(8, 'a password has at least 8 characters').max(1000);

/** Secrets go there: over TLS, or not beyond this machine. */
const safeUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => url.startsWith('https:') || isPlainLoopback(url), 'must begin with https://');
const providerUrl = safeUrl.transform((url) => url.replace(/\/+$/, ''));

const entries = (pattern: RegExp, message: string) => list.pipe(z.array(z.string().regex(pattern, message)));
const githubEntries = (pattern: RegExp) => entries(pattern, 'names like acme or acme/team, separated by commas');
const oidcEntries = entries(
  /^(group:.+|[^@\s]*@[^@\s]+)$/,
  'e-mail addresses, domains like @acme.com or groups like group:platform, separated by commas',
);

/** The variables that say how people sign in. */
export const signInShape = {
  CREWBOARD_VIEWER_PASSWORD: password.optional(),
  CREWBOARD_PASSWORD: password.optional(),
  CREWBOARD_ADMIN_PASSWORD: password.optional(),
  CREWBOARD_SIGN_IN_DAYS: z.coerce.number().positive().max(30).default(7),
  CREWBOARD_GITHUB_CLIENT_ID: z.string().optional(),
  CREWBOARD_GITHUB_CLIENT_SECRET: z.string().optional(),
  CREWBOARD_GITHUB_ALLOW: githubEntries(/^[\w.-]+(\/[\w.-]+)?$/).default([]),
  CREWBOARD_GITHUB_ADMINS: githubEntries(/^[\w.-]+(\/[\w.-]+)?$/).default([]),
  CREWBOARD_GITHUB_URL: providerUrl.default(GITHUB),
  /** Default: the one that belongs to CREWBOARD_GITHUB_URL. */
  GITHUB_API_URL: providerUrl.optional(),
  CREWBOARD_OIDC_ISSUER: safeUrl.optional(),
  CREWBOARD_OIDC_CLIENT_ID: z.string().optional(),
  CREWBOARD_OIDC_CLIENT_SECRET: z.string().optional(),
  CREWBOARD_OIDC_ALLOW: oidcEntries.default([]),
  CREWBOARD_OIDC_ADMINS: oidcEntries.default([]),
  CREWBOARD_OIDC_LABEL: z.string().max(60).default('OpenID Connect'),
  /** For a Prometheus that has no cookie. */
  CREWBOARD_METRICS_TOKEN: z.string().min(16).optional(),
};
const signInSettings = z.object(signInShape);
export type SignInSettings = z.infer<typeof signInSettings>;

const PASSWORDS = {
  viewer: 'CREWBOARD_VIEWER_PASSWORD',
  member: 'CREWBOARD_PASSWORD',
  admin: 'CREWBOARD_ADMIN_PASSWORD',
} as const satisfies Record<Role, keyof SignInSettings>;

const passwordsOf = (settings: SignInSettings): BoardPassword[] =>
  (['viewer', 'member', 'admin'] as const).flatMap((role) => {
    const set = settings[PASSWORDS[role]];
    return set === undefined ? [] : [{ role, password: set }];
  });

const githubOf = (settings: SignInSettings): GithubOptions | undefined => {
  const {
    CREWBOARD_GITHUB_CLIENT_ID: clientId,
    CREWBOARD_GITHUB_CLIENT_SECRET: clientSecret,
    CREWBOARD_GITHUB_URL: url,
  } = settings;
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return {
    clientId,
    clientSecret,
    allow: settings.CREWBOARD_GITHUB_ALLOW,
    admins: settings.CREWBOARD_GITHUB_ADMINS,
    url,
    apiUrl: settings.GITHUB_API_URL ?? (url === GITHUB ? 'https://api.github.com' : `${url}/api/v3`),
  };
};

const oidcOf = (settings: SignInSettings): OidcOptions | undefined => {
  const {
    CREWBOARD_OIDC_ISSUER: issuer,
    CREWBOARD_OIDC_CLIENT_ID: clientId,
    CREWBOARD_OIDC_CLIENT_SECRET: clientSecret,
  } = settings;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return {
    issuer,
    clientId,
    clientSecret,
    allow: settings.CREWBOARD_OIDC_ALLOW,
    admins: settings.CREWBOARD_OIDC_ADMINS,
    label: settings.CREWBOARD_OIDC_LABEL,
  };
};

/** `undefined` where no way to sign in is set. */
export const signInOptions = (settings: SignInSettings): SignInOptions | undefined => {
  const passwords = passwordsOf(settings);
  const github = githubOf(settings);
  const oidc = oidcOf(settings);
  if (passwords.length === 0 && !github && !oidc) return undefined;
  return {
    passwords,
    github,
    oidc,
    ttlMs: settings.CREWBOARD_SIGN_IN_DAYS * DAY_MS,
    metricsToken: settings.CREWBOARD_METRICS_TOKEN,
  };
};

/** What has to hold between variables; it is asked where each of them is well by itself. The first is named where it does not. */
export interface SettingsRule<Settings> {
  about: readonly [keyof Settings, ...(keyof Settings)[]];
  holds: (settings: Settings) => boolean;
  message: string;
}

const areAllOrNone = (...values: readonly unknown[]): boolean =>
  values.every((value) => value === undefined) || values.every((value) => value !== undefined);

export const SIGN_IN_RULES: readonly SettingsRule<SignInSettings>[] = [
  {
    about: ['CREWBOARD_PASSWORD', 'CREWBOARD_VIEWER_PASSWORD', 'CREWBOARD_ADMIN_PASSWORD'],
    holds: (settings) => {
      const passwords = passwordsOf(settings).map((entry) => entry.password);
      return new Set(passwords).size === passwords.length;
    },
    message: 'The passwords of viewers, members and admins must differ.',
  },
  {
    about: ['CREWBOARD_GITHUB_CLIENT_ID', 'CREWBOARD_GITHUB_CLIENT_SECRET'],
    holds: ({ CREWBOARD_GITHUB_CLIENT_ID: id, CREWBOARD_GITHUB_CLIENT_SECRET: secret }) => areAllOrNone(id, secret),
    message: 'Sign-in by GitHub takes both CREWBOARD_GITHUB_CLIENT_ID and CREWBOARD_GITHUB_CLIENT_SECRET.',
  },
  {
    about: ['CREWBOARD_GITHUB_ALLOW'],
    holds: ({ CREWBOARD_GITHUB_CLIENT_ID: id, CREWBOARD_GITHUB_ALLOW: allow }) => id === undefined || allow.length > 0,
    message: 'Name the organisations or teams that may come in: everybody on earth can have an account there.',
  },
  {
    about: ['CREWBOARD_OIDC_ISSUER', 'CREWBOARD_OIDC_CLIENT_ID', 'CREWBOARD_OIDC_CLIENT_SECRET'],
    holds: ({ CREWBOARD_OIDC_ISSUER: issuer, CREWBOARD_OIDC_CLIENT_ID: id, CREWBOARD_OIDC_CLIENT_SECRET: secret }) =>
      areAllOrNone(issuer, id, secret),
    message:
      'Sign-in by OpenID Connect takes all of CREWBOARD_OIDC_ISSUER, CREWBOARD_OIDC_CLIENT_ID and CREWBOARD_OIDC_CLIENT_SECRET.',
  },
  {
    about: ['CREWBOARD_OIDC_ALLOW'],
    holds: ({ CREWBOARD_OIDC_ISSUER: issuer, CREWBOARD_OIDC_ALLOW: allow }) => issuer === undefined || allow.length > 0,
    message: 'Name who may come in: e-mail addresses, domains like @acme.com or groups like group:platform.',
  },
];

/** The first variable of each way to sign in. */
export const WAYS_IN = [
  'CREWBOARD_PASSWORD',
  'CREWBOARD_ADMIN_PASSWORD',
  'CREWBOARD_VIEWER_PASSWORD',
  'CREWBOARD_GITHUB_CLIENT_ID',
  'CREWBOARD_OIDC_ISSUER',
] as const satisfies (keyof SignInSettings)[];

export const hasSignIn = (settings: SignInSettings): boolean =>
  WAYS_IN.some((variable) => settings[variable] !== undefined);
