import { z } from 'zod';

/** Entries of a setting, separated by commas. */
export const list = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .transform((entries) => entries.filter((entry) => entry !== ''));
