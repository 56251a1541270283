import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { joinAnswerSchema } from '@crewboard/contract';
import { ConfigError } from '@crewboard/runtime';
import { z } from 'zod';
import { isMissing } from '../cursor.ts';
import { writePrivately } from '../private-file.ts';

/** What makes this machine one of a board's. */
export const credentialsSchema = joinAnswerSchema.extend({
  /** The board's address. */
  url: z.url({ protocol: /^https?$/ }),
  /** A file with the certificates of who signed the board's, beside those that are known anyway. */
  caFile: z.string().optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

export const credentialsPath = (dataDir: string): string => join(resolve(dataDir), 'agent', 'credentials.json');

/** `undefined` where this machine has not joined a board. Throws {@link ConfigError} where the file cannot be read. */
export const readCredentials = async (dataDir: string): Promise<Credentials | undefined> => {
  const path = credentialsPath(dataDir);
  try {
    return credentialsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    const message = `${path} cannot be read. Ask for another invitation and join again: crewboard agent --join <link>`;
    throw new ConfigError(message, { cause: error });
  }
};

export const saveCredentials = (dataDir: string, credentials: Credentials): Promise<void> =>
  writePrivately(credentialsPath(dataDir), `${JSON.stringify(credentials, null, 2)}\n`, { survivesCrash: true });

/** A repeat is harmless. */
export const forgetCredentials = (dataDir: string): Promise<void> => rm(credentialsPath(dataDir), { force: true });

/** The part of a machine's token that is no secret: which machine it is of. `undefined` for what is no token. */
export const machineIdOf = (token: string): string | undefined => /^cbm_([\w-]+)\./.exec(token)?.[1];
