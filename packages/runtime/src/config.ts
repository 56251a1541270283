import { z } from 'zod';

/** Thrown when the environment does not fit; the message names every fault at once, for the person who starts the program. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
}

/**
 * Reads settings from an environment. A variable that is set to nothing counts as absent, because compose files
 * pass unset variables on as empty ones. Throws {@link ConfigError}.
 */
export const parseConfig = <Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> => {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (!parsed.success) throw new ConfigError(`The settings do not fit:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
