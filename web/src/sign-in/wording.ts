import { type SignInProblem, signInProblemSchema } from '@crewboard/contract';
import { Refused } from '../feed/gateway-client.ts';

/** Why a sign-in with GitHub or a company's own came to nothing, by what the address says when one comes back. */
const PROVIDER_PROBLEMS: Record<SignInProblem, string> = {
  not_allowed: 'You are signed in there, but this board lets in other people. Ask who runs the board to add you.',
  expired: 'That took too long, or it began in another browser. Try again.',
  failed: 'That sign-in did not work just now. Try again in a moment.',
};

/** The sentence for `?sign-in=…`; null where nothing, or nothing known, stands there. */
export const providerProblem = (said: unknown): string | null => {
  const { data } = signInProblemSchema.safeParse(said);
  return data ? PROVIDER_PROBLEMS[data] : null;
};

/** What went wrong with a password. */
export const passwordProblem = (error: unknown): string => {
  if (!(error instanceof Refused)) return 'The board can’t be reached. Try again in a moment.';
  if (error.status === 401) return 'That is not a password of this board.';
  return error.message;
};

/** `Too many tries. Wait 8 s.`; null where it may be tried again. */
export const waitInWords = (until: number, now: number): string | null =>
  until > now ? `Too many tries. Wait ${Math.ceil((until - now) / 1_000)} s.` : null;
