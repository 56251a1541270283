import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, URL-safe. So many need no slow hash: nobody finds one by trying. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A short random name, for what is listed and typed but is no secret. */
export const newId = (): string => randomBytes(6).toString('hex');

export const isId = (text: string): boolean => /^[0-9a-f]{12}$/.test(text);
export const isSecretShaped = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** What is stored of a secret; it can't be turned back. */
export const hashSecret = (secret: string): string => hash('sha256', secret);

/** Takes the same time whatever was given. `storedHash` is from {@link hashSecret}. */
export const isSecret = (given: string, storedHash: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(given), 'hex'), Buffer.from(storedHash, 'hex'));

/** Whose it is: an invitation's code, a machine's token. Stands before it, for people and for what masks secrets. */
type Prefix = 'cbi' | 'cbm';

/** `id` finds the record, `secret` proves it. */
export interface Credential {
  id: string;
  secret: string;
}

export const formatCredential = (prefix: Prefix, { id, secret }: Credential): string => `${prefix}_${id}.${secret}`;

/** `undefined` for any text that {@link formatCredential} never made. */
export const parseCredential = (prefix: Prefix, text: string): Credential | undefined => {
  if (!text.startsWith(`${prefix}_`)) return undefined;
  const [id = '', secret = '', ...more] = text.slice(prefix.length + 1).split('.');
  return more.length === 0 && isId(id) && isSecretShaped(secret) ? { id, secret } : undefined;
};
