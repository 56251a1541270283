import { z } from 'zod';

/**
 * What nobody sees, or what changes how the rest is seen: control characters, invisible ones, turned direction, half a
 * character. The two joiners stay: some scripts and many emoji need them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** For a text that goes beside others', on a page or in a terminal: each unseen character replaced, or left out. */
export const withoutUnseen = (text: string, instead = ''): string => text.replace(UNSEEN, instead);

/** How a person or a machine is to be called, as somebody typed it: one line that shows all of itself. */
export const typedNameSchema = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1)
  .max(200)
  .refine((text) => withoutUnseen(text) === text, 'it holds characters that cannot be seen');
