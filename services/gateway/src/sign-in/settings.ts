import type { Role } from '@crewboard/contract';
import { z } from 'zod';
import type { BoardPassword, SignInOptions } from './options.ts';

const DAY_MS = 24 * 3_600_000;

const password = z.string().min(8, 'a password has at least 8 characters').max(1000);

/** The variables that say how people sign in. */
export const signInShape = {
  CREWBOARD_VIEWER_PASSWORD: password.optional(),
  CREWBOARD_PASSWORD: password.optional(),
  CREWBOARD_ADMIN_PASSWORD: password.optional(),
  CREWBOARD_SIGN_IN_DAYS: z.coerce.number().positive().max(30).default(7),
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

/** True where people have to sign in. */
export const hasSignIn = (settings: SignInSettings): boolean => passwordsOf(settings).length > 0;

/** `undefined` where no way to sign in is set. */
export const signInOptions = (settings: SignInSettings): SignInOptions | undefined =>
  hasSignIn(settings)
    ? {
        passwords: passwordsOf(settings),
        ttlMs: settings.CREWBOARD_SIGN_IN_DAYS * DAY_MS,
        metricsToken: settings.CREWBOARD_METRICS_TOKEN,
      }
    : undefined;

/** Two roles with one password would leave the lower one without a door of its own. */
export const passwordsDiffer = (settings: SignInSettings): boolean => {
  const passwords = passwordsOf(settings).map((entry) => entry.password);
  return new Set(passwords).size === passwords.length;
};
