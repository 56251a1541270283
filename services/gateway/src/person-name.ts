import { z } from 'zod';

/** Control characters, and those that turn the direction of what stands around them: a name is one line of plain text. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What a person is called, as somebody typed it. */
export const personName = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .min(1)
      .max(200)
      .refine((text) => !UNSEEN.test(text)),
  );
