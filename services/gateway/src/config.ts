import { redisSettings } from '@crewboard/event-log/redis-url';
import { z } from 'zod';
import { isReachedFromElsewhere } from './access.ts';
import type { GatewayOptions } from './gateway.ts';
import { limitsShape, machineLimits } from './ingest/limits.ts';
import { list } from './list.ts';
import {
  hasSignIn,
  type SettingsRule,
  SIGN_IN_RULES,
  signInOptions,
  signInShape,
  WAYS_IN,
} from './sign-in/settings.ts';

/** `true` trusts any proxy, otherwise addresses or networks of proxies, separated by commas. */
const trustProxy = z.string().transform((text) => (text === 'true' ? true : text === 'false' ? false : text));

const publicUrl = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine(({ pathname, search, hash, username }) => pathname + search + hash + username === '/', {
    error: 'only scheme, name and port: https://board.example.com',
  })
  .transform(({ origin }) => origin);

/** The variables of a board's door, for the gateway by itself and for `crewboard up` alike. */
export const doorShape = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4400),
  /** The address that people type; join lines and providers of sign-ins are told it. */
  CREWBOARD_PUBLIC_URL: publicUrl.optional(),
  CREWBOARD_ALLOWED_HOSTS: list.default([]),
  CREWBOARD_ALLOWED_ORIGINS: list.default([]),
  /** Whose X-Forwarded-For tells a client's address. */
  CREWBOARD_TRUST_PROXY: trustProxy.default(false),
  CREWBOARD_MAX_FEEDS: z.coerce.number().int().positive().default(2000),
  /** What GitHub signs its webhooks with, as it was given there. */
  GITHUB_WEBHOOK_SECRET: z.string().min(16, 'has at least 16 characters: anybody may try to sign').optional(),
  /** Whoever reaches the board sees it, for boards behind a proxy that signs people in. */
  CREWBOARD_OPEN: z.enum(['true', 'false']).default('false'),
  ...signInShape,
  ...limitsShape,
};
const doorSettings = z.object(doorShape);
export type DoorSettings = z.infer<typeof doorSettings>;

const hostsOf = (settings: DoorSettings): string[] =>
  settings.CREWBOARD_PUBLIC_URL === undefined
    ? settings.CREWBOARD_ALLOWED_HOSTS
    : [...settings.CREWBOARD_ALLOWED_HOSTS, new URL(settings.CREWBOARD_PUBLIC_URL).host];

/** Whether others than the people of this machine are to see the board. */
export const isForOthers = (settings: DoorSettings): boolean =>
  isReachedFromElsewhere({ host: settings.HOST, allowedHosts: hostsOf(settings) });

const DOOR_RULES: readonly SettingsRule<DoorSettings>[] = [
  {
    about: [...WAYS_IN, 'HOST', 'CREWBOARD_ALLOWED_HOSTS', 'CREWBOARD_PUBLIC_URL', 'CREWBOARD_OPEN'],
    holds: (settings) => hasSignIn(settings) || settings.CREWBOARD_OPEN === 'true' || !isForOthers(settings),
    message:
      'Others than this machine can reach the board (HOST, CREWBOARD_ALLOWED_HOSTS or CREWBOARD_PUBLIC_URL), and nobody ' +
      'would have to sign in. Set a password for the team here and CREWBOARD_ADMIN_PASSWORD for who keeps the board (or ' +
      'sign-in by GitHub or OpenID Connect), or CREWBOARD_OPEN=true where a proxy of your own signs people in.',
  },
  {
    about: ['CREWBOARD_OPEN', ...WAYS_IN],
    holds: (settings) => settings.CREWBOARD_OPEN !== 'true' || !hasSignIn(settings),
    message: 'A board that is open to all has no sign-in: set one of the two.',
  },
  {
    about: ['CREWBOARD_ALLOWED_ORIGINS', ...WAYS_IN],
    holds: (settings) => !settings.CREWBOARD_ALLOWED_ORIGINS.includes('*') || !hasSignIn(settings),
    message: 'Any page could act with the sign-in of who looks at it: name the pages instead of *.',
  },
];

/** Adds what has to hold between the variables of a door to a schema that has them all. */
export const withDoorRules = <Schema extends z.ZodType<DoorSettings>>(schema: Schema): Schema =>
  [...DOOR_RULES, ...SIGN_IN_RULES].reduce(
    (checked, { about, holds, message }) =>
      checked.refine(holds, {
        path: [about[0]],
        error: message,
        when: ({ issues }) => !issues.some(({ path }) => about.some((variable) => variable === path?.[0])),
      }),
    schema,
  );

export const gatewayConfigSchema = withDoorRules(
  z.object({
    ...doorShape,
    ...redisSettings,
    CREWBOARD_PARTITIONS: z.coerce.number().int().min(1).max(256).default(4),
    CREWBOARD_WEB_DIR: z.string().optional(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  }),
);

/** What the gateway is to do by these settings; `person` is whose machine it runs on. */
export const doorOptions = (settings: DoorSettings, person: string) =>
  ({
    host: settings.HOST,
    port: settings.PORT,
    webhookSecret: settings.GITHUB_WEBHOOK_SECRET,
    publicUrl: settings.CREWBOARD_PUBLIC_URL,
    allowedHosts: hostsOf(settings),
    allowedOrigins: settings.CREWBOARD_ALLOWED_ORIGINS,
    trustProxy: settings.CREWBOARD_TRUST_PROXY,
    feedLimits: { maxSockets: settings.CREWBOARD_MAX_FEEDS },
    machineLimits: machineLimits(settings),
    signIn: signInOptions(settings),
    // Who comes through somebody else's door may look. An admin's work is done on the server then: `crewboard token`.
    openTo: isForOthers(settings) ? { name: 'everyone', role: 'viewer' } : { name: person, role: 'admin' },
  }) satisfies Partial<GatewayOptions>;
