import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, URL-safe. So many need no slow hash: nobody finds one by trying. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A short random name, for what is listed and addressed but is no secret. */
export const newId = (): string => randomBytes(9).toString('base64url');

/** What is stored of a secret; it can't be turned back. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Takes the same time whatever was given. */
export const isSecret = (given: string, storedHash: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(given), 'hex'), Buffer.from(storedHash, 'hex'));
