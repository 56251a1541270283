import { signInProblemSchema } from '@crewboard/contract';
import { Refused } from '../feed/gateway-client.ts';
import { t } from '../words/index.ts';

/** Why a sign-in with GitHub or a company's own came to nothing, by what the address says (`?sign-in=…`) when one comes back; null where nothing, or nothing known, stands there. */
export const providerProblem = (said: unknown): string | null => {
  const { data } = signInProblemSchema.safeParse(said);
  return data ? t(`signIn.problem.${data}`) : null;
};

/** What went wrong with a password. */
export const passwordProblem = (error: unknown): string => {
  if (!(error instanceof Refused)) return t('common.unreachable');
  if (error.status === 401) return t('signIn.notAPassword');
  return error.message;
};

/** `Too many tries. Wait 8 s.`; null where it may be tried again. */
export const waitInWords = (until: number, now: number): string | null =>
  until > now ? t('signIn.wait', { seconds: Math.ceil((until - now) / 1_000) }) : null;
