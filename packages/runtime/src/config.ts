import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Thrown when the environment does not fit; the message names every fault at once, for the person who starts the program. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
}

const FILE = /^(?<name>[A-Z][A-Z0-9_]*)_FILE$/;

/**
 * For each `NAME_FILE` without a `NAME`: what stands in that file, without the line's end. So secrets come as files of Docker or
 * systemd. An empty file counts as absent, too.
 */
const fromFiles = (env: Readonly<Record<string, string>>, known: ReadonlySet<string>): Record<string, string> => {
  const read: Record<string, string> = {};
  for (const [variable, path] of Object.entries(env)) {
    const name = FILE.exec(variable)?.groups?.name;
    if (name === undefined || !known.has(name) || known.has(variable) || env[name] !== undefined) continue;
    try {
      const value = readFileSync(path, 'utf8').trim();
      if (value !== '') read[name] = value;
    } catch (error) {
      throw new ConfigError(`The settings do not fit:\n${variable} names ${path}, which can't be read.`, {
        cause: error,
      });
    }
  }
  return read;
};

/**
 * Reads settings from an environment. A variable that is set to nothing counts as absent, because compose files
 * pass unset variables on as empty ones. `NAME_FILE` names a file that holds the value of `NAME`. Throws {@link ConfigError}.
 */
export const parseConfig = <Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> => {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') present[name] = value;
  const parsed = schema.safeParse({ ...present, ...fromFiles(present, new Set(Object.keys(schema.shape))) });
  if (!parsed.success) throw new ConfigError(`The settings do not fit:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
