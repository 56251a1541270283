import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Role } from '@crewboard/contract';
import type { BoardPassword } from './options.ts';

const KEY_BYTES = 32;
const stretch = promisify<string, string, number, Buffer>(scrypt);

/** Slow on purpose, about 40 ms of one thread: who steals what is stored can't try many. */
const keyOf = (password: string, salt: string): Promise<Buffer> => stretch(password.normalize('NFKC'), salt, KEY_BYTES);

/** What a password opens, and how a sign-in remembers by which it was opened. */
export interface Match {
  role: Role;
  means: string;
}

export interface Passwords {
  /** Takes the same time whatever was typed, right or wrong. */
  check(typed: string): Promise<Match | undefined>;
  /** The `means` of all that are set: a sign-in by another one was opened by a password that has changed since. */
  means(): Promise<readonly string[]>;
}

/** `salt` is the board's own and stays the same, so that sign-ins outlive a restart. */
export const createPasswords = (passwords: readonly BoardPassword[], salt: () => Promise<string>): Passwords => {
  let known: Promise<{ salt: string; keys: (Match & { key: Buffer })[] }> | undefined;
  const load = async () => {
    const own = `crewboard sign-in ${await salt()}`;
    const keys = passwords.map(async ({ role, password }) => {
      const key = await keyOf(password, own);
      return { role, key, means: `password:${role}:${key.toString('base64url')}` };
    });
    return { salt: own, keys: await Promise.all(keys) };
  };
  const ready = () => {
    known ??= load().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };

  return {
    async check(typed) {
      const { salt: own, keys } = await ready();
      const given = await keyOf(typed, own);
      let match: Match | undefined;
      for (const { key, role, means } of keys) if (timingSafeEqual(given, key)) match = { role, means };
      return match;
    },
    means: async () => (await ready()).keys.map(({ means }) => means),
  };
};
